// The walkthrough: its pages, and that every button does what it says on the sample.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../../scripts/setup.mjs';
import { within } from '../../pace.mjs';

/** Some training, ms. */
const trainingLimit = () => within(240_000);

/** As `Open Sample Project` copies it, but for a shorter evaluation. @returns its folder */
function sampleProject(workspace) {
  const folder = path.join(workspace, 'sample');
  mkdirSync(folder);
  for (const name of ['service-desk.json', 'service-desk-mistakes.json', 'tiny-llama'])
    cpSync(path.join(root, 'examples', name), path.join(folder, name), { recursive: true });
  const values = JSON.parse(readFileSync(path.join(root, 'examples/sft.config.json'), 'utf8'));
  const short = {
    ...values,
    max_steps: 40,
    warmup_steps: 2,
    eval_steps: 20,
    save_steps: 20,
    eval_examples: 4,
    max_new_tokens: 8,
  };
  writeFileSync(path.join(folder, 'sft.config.json'), `${JSON.stringify(short, undefined, 2)}\n`);
  return folder;
}

export const learnTests = {
  async 'learn: every button of the walkthrough does what it says'(window) {
    const { page } = window;
    const runs = path.join(sampleProject(window.workspace), '.sft/runs');
    const { walkthroughs } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).contributes;
    const [{ title: name, steps }] = walkthroughs;
    const tab = (title) => page.locator('.tab.active', { hasText: title }).waitFor();
    /** What is there when the button of a step has been pressed. */
    const outcomes = {
      sample: () => page.locator('.quick-input-title', { hasText: 'Where the sample project should go' }).waitFor(),
      idea: () => tab('glossary.md'),
      tokens: () => window.frameWith('[role=listbox][aria-label^="Tokens"]'),
      data: () => tab('service-desk.json'),
      mistakes: () => tab('service-desk-mistakes.json'),
      settings: () => tab('sft.config.json'),
      train: async () => {
        const dashboard = await window.frameWith('[role=progressbar][aria-label="Steps done"]');
        await dashboard.locator('.badge.done').waitFor({ timeout: trainingLimit() });
        assert.equal(readdirSync(runs).length, 1);
      },
      curves: () => window.frameWith('[role=progressbar][aria-label="Steps done"]'),
      rouge: () => window.frameWith('.evaluation'),
      chat: () => window.frameWith('.composer textarea'),
      next: () => page.getByPlaceholder('The questions and answers to learn from').waitFor(),
    };
    assert.deepEqual(
      steps.map(({ id }) => id),
      Object.keys(outcomes),
    );
    await window.openFolder();
    await readMore(window, name, steps[1]);
    // A step's page stands beside it where there is room.
    await page.setViewportSize({ width: 1700, height: 900 });
    for (const { id, title, description } of steps) {
      const step = await openStep(window, name, title);
      await page.locator('.getting-started-media').waitFor();
      await window.pictures(`learn-${id}`);
      const [, button] = /\n\[([^\]]+)\]\(command:[\w.]+\)$/.exec(description);
      await step.getByRole('button', { name: button }).click();
      await outcomes[id]();
    }
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1280, height: 900 });
  },
};

/** Opens the walkthrough at a step. */
async function openStep(window, name, title) {
  const { page } = window;
  await page.keyboard.press('Escape');
  await window.runCommand('View: Close All Editors');
  await window.until(async (timeout) => {
    await window.runCommand('Welcome: Open Walkthrough', { asks: true });
    await window.choose(name, timeout);
  });
  const step = page.locator('.getting-started-step', { hasText: title });
  // Not its middle, where a link to the glossary may be.
  await step.getByText(title, { exact: true }).click();
  return step;
}

/** In a window of 1280 pixels, whose side bar leaves no room for a step's page beside it, its link opens the page. */
async function readMore(window, name, { id, title }) {
  await window.page.setViewportSize({ width: 1280, height: 800 });
  const step = await openStep(window, name, title);
  await window.pictures(`learn-${id}-narrow`);
  await step.getByText('Read more').click();
  await window.page.locator('.tab.active', { hasText: `${id}.md` }).waitFor();
}
