// The whole loop as a beginner goes through it: from the sample data to a tuned model that answers, in the packed extension. The tests
// run in this order, each on what the one before left. Screenshots go beside the other suite's.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/setup.mjs';
import { startServer } from '../../../scripts/vscode-host.mjs';
import { within } from '../pace.mjs';
import { runTests } from './run-tests.mjs';
import { askBoth, progress, trainingLimit } from './run-views.mjs';
import { Window, shots, themeSettings } from './window.mjs';

const corrected = 'You register at any centre of the commission; bring a birth certificate.';

/** The sample data with its model, and a configuration that trains long enough to be watched. */
function makeSample(scratch) {
  const folder = path.join(scratch, 'sample');
  mkdirSync(folder);
  for (const name of ['nigeria-services.json', 'tiny-llama'])
    cpSync(path.join(root, 'examples', name), path.join(folder, name), { recursive: true });
  const values = JSON.parse(readFileSync(path.join(root, 'examples/sft.config.json'), 'utf8'));
  configure(folder, {
    ...values,
    dataset: 'nigeria-services.json',
    sample_prompts: null,
    lora_dropout: 0,
    learning_rate: 2e-4,
    // Under load a window opens more slowly than the run trains: it is to be under way when the second is open.
    max_steps: Math.max(350, within(110)),
    eval_steps: 25,
    save_steps: 50,
    eval_examples: 8,
    max_new_tokens: 24,
  });
  return folder;
}

function configure(folder, values) {
  writeFileSync(path.join(folder, 'sft.config.json'), `${JSON.stringify(values, undefined, 2)}\n`);
}

/** The step that a dashboard shows. */
async function stepIn(frame) {
  const text = await frame.locator(progress).getAttribute('aria-valuetext');
  return Number(/^step (\d+)/.exec(text ?? '')?.[1] ?? -1);
}

/** Resolves when a dashboard shows a later step than `step`. */
async function laterStep(frame, step) {
  await frame.waitForFunction(
    ([selector, least]) => {
      const text = document.querySelector(selector)?.getAttribute('aria-valuetext') ?? '';
      return Number(/^step (\d+)/.exec(text)?.[1] ?? -1) > least;
    },
    [progress, step],
    { timeout: trainingLimit() },
  );
  return await stepIn(frame);
}

async function ended(frame) {
  await frame.locator('.badge.done').waitFor({ timeout: trainingLimit() });
}

async function showDashboard(window) {
  await window.showDashboard('nigeria-services');
  return await window.frameWith(progress);
}

const tests = {
  async 'SFT: Start Training on the sample data opens a dashboard that is live'(state) {
    const { window } = state;
    await window.openFile('nigeria-services.json');
    await window.page.locator('.statusbar-item', { hasText: /\d ex · / }).waitFor();
    await window.runCommand('SFT: Start Training');
    const dashboard = await window.frameWith(progress);
    const step = await laterStep(dashboard, 2);
    await laterStep(dashboard, step);
    await dashboard.locator('.uplot').first().waitFor();
  },

  async 'the window is closed and opened in the middle, and the run is still followed'(state) {
    const before = await stepIn(await state.window.frameWith(progress));
    await state.window.page.close();
    state.window = await state.open();
    await state.window.openFolder();
    const dashboard = await showDashboard(state.window);
    assert.ok((await laterStep(dashboard, before)) > before);
    assert.equal(await dashboard.locator('.badge.running').count(), 1, 'it is still running');
  },

  async 'a second window on the same folder follows the same run'(state) {
    const second = await state.open();
    await second.openFolder();
    const dashboard = await showDashboard(second);
    const first = await state.window.frameWith(progress);
    await laterStep(dashboard, (await stepIn(first)) - 1);
    // What one window asks of the run is seen in the other.
    await dashboard.locator('[data-action=pause]').click();
    await first.locator('.badge.paused').waitFor();
    await first.locator('[data-action=resume]').click();
    await dashboard.locator('.badge.running').waitFor();
    await second.page.close();
    const runs = readdirSync(path.join(state.workspace, '.sft/runs'));
    assert.equal(runs.length, 1);
    await state.window.pictures('dashboard-running');
  },

  async 'the run ends and ROUGE appears'({ window }) {
    const dashboard = await window.frameWith(progress);
    await ended(dashboard);
    await dashboard.locator('.evaluation').getByText('ROUGE-L', { exact: true }).first().waitFor();
    await dashboard.locator('.predictions article').first().waitFor();
    await window.pictures('dashboard-done');
  },

  async 'the chat answers from base and tuned model'({ window }) {
    const chat = await askBoth(window, 'How do I register for a NIN?');
    const answers = await chat.locator('.reply .markdown').allTextContents();
    assert.equal(answers.length, 2);
    assert.notEqual(answers[0], answers[1], 'training changed the answer');
    await window.pictures('chat');
  },

  async 'a corrected answer goes to the end of the dataset'({ window, workspace }) {
    const file = path.join(workspace, 'nigeria-services.json');
    const before = JSON.parse(readFileSync(file, 'utf8'));
    const chat = await window.frameWith('.composer textarea');
    const reply = chat.locator('.reply.right');
    await reply.getByRole('button', { name: /Save to dataset/ }).click();
    await reply.locator('.save textarea').fill(corrected);
    await window.pictures('chat-save');
    await reply.getByText('Add to Dataset').click();
    await window.page.locator('.tab.dirty[data-resource-name="nigeria-services.json"]').click();
    await window.page.keyboard.press('Control+s');
    await window.page.locator('.tab.dirty').waitFor({ state: 'detached' });
    const after = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(after.slice(0, -1), before);
    assert.deepEqual(after.at(-1), { question: 'How do I register for a NIN?', answer: corrected });
  },

  async 'a second run is checked first, and compared with the first'({ window, workspace }) {
    const values = JSON.parse(readFileSync(path.join(workspace, 'sft.config.json'), 'utf8'));
    configure(workspace, { ...values, max_steps: 30, learning_rate: 1e-3 });
    await window.openFile('sft.config.json');
    const checking = window.page.locator('.notification-toast', { hasText: 'Checking data, model and machine' });
    const remedy = window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Set max_steps to 52' });
    // On a busy machine a window that is still opening takes the click on the palette: then the command is asked for again.
    // A window that is loaded right after a save restores what was unsaved before it, if VS Code has not yet forgotten that.
    const save = window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Save and Continue' });
    await window.until(async (timeout) => {
      await window.runCommand('SFT: Start Training');
      await checking.or(remedy).or(save).first().waitFor({ timeout });
      if (await save.isVisible()) await save.click({ timeout });
    });
    await remedy.waitFor();
    await window.pictures('preflight');
    await remedy.click();
    await ended(await window.frameWith(progress));
    assert.equal(JSON.parse(readFileSync(path.join(workspace, 'sft.config.json'), 'utf8')).max_steps, 52);
    // A list that opens where the palette was may be gone at once when the machine is busy: it is asked for again.
    await window.until(async (timeout) => {
      await window.runCommand('SFT: Compare Runs', { asks: true });
      const choices = window.page.locator('.quick-input-list .monaco-list-row');
      for (const at of [0, 1]) await choices.nth(at).click({ timeout });
      await window.page.locator('.quick-input-widget').getByText('OK').click({ timeout });
    });
    const comparison = await window.frameWith('h1:has-text("runs compared")');
    await comparison.getByText('learning_rate').first().waitFor();
    await window.pictures('compare');
  },

  async 'the runs stand in their view'({ window }) {
    await window.runCommand('SFT Workbench: Focus on Runs View');
    await window.page.locator('.monaco-list-row', { hasText: 'nigeria-services' }).first().waitFor();
    await window.pictures('runs-view');
  },
};

/** @returns the results, as the extension-host suite gives them */
export async function loopSuite({ browser, vsix, scratch }) {
  mkdirSync(shots, { recursive: true });
  const workspace = makeSample(scratch);
  const server = await startServer({ settings: themeSettings, vsix });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
  const open = async () => new Window(await context.newPage(), server, workspace);
  const state = { workspace, open, window: await open() };
  try {
    return await runTests(tests, state, { suite: 'loop', shown: () => state.window, server, chained: true });
  } finally {
    await context.close();
    await server.stop();
  }
}
