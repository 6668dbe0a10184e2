// From a VS Code with nothing but questions and answers to a model in one file that answers, by mouse: a model is got from a Hub of our own,
// trained, exported, and the exported file is asked. Each test stands on what the one before left.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundle } from '../../../scripts/build-tests.mjs';
import { root } from '../../../scripts/setup.mjs';
import { startServer } from '../../../scripts/vscode-host.mjs';
import { within } from '../pace.mjs';
import { runTests } from './run-tests.mjs';
import { Window, shots, themeSettings } from './window.mjs';

const repo = 'HuggingFaceTB/SmolLM2-135M-Instruct';
const trainingLimit = () => within(120_000);
const sizes = { narrow: { width: 1024, height: 768 }, usual: { width: 1280, height: 900 } };

const tests = {
  async 'Get a Model in the empty runs view downloads one that is chosen from the list'(state) {
    const { window, cache } = state;
    await window.openFolder();
    await window.page.locator('.activitybar').getByLabel('SFT Workbench').first().click();
    await window.page.locator('.welcome-view a', { hasText: 'Get one from the Hugging Face Hub' }).click();
    await row(window, repo).waitFor();
    await window.pictures('journey-models');
    await row(window, repo).click();
    const question = window.page.locator('.monaco-dialog-box');
    await question.getByText(`Download ${repo}`).waitFor();
    await question.getByRole('button', { name: 'Download' }).click();
    state.told = await window.notification(`${repo} is downloaded`);
    assert.deepEqual(readdirSync(cache), [`models--${repo.replace('/', '--')}`]);
  },

  async 'Start Training, which is offered then, asks three questions and trains'({ window, told, workspace }) {
    await told.getByText('Start Training…').click();
    await row(window, 'faq.json').click();
    await row(window, repo).click();
    await row(window, 'First run').click();
    // A small set and a tiny model are worth a word before, which is no reason not to start.
    await window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Start Anyway' }).click();
    const dashboard = await window.frameWith('[role=progressbar][aria-label="Steps done"]');
    await dashboard.locator('.badge.done').waitFor({ timeout: trainingLimit() });
    // Its folder is named by a hash.
    await dashboard.getByText('SmolLM2-135M-Instruct · faq.json').waitFor();
    const config = readFileSync(path.join(workspace, 'sft.config.json'), 'utf8');
    assert.match(config, new RegExp(`"model_name": "${repo}"`));
    for (const [name, size] of Object.entries(sizes)) {
      await window.page.setViewportSize(size);
      await window.pictures(`journey-done-${name}`);
    }
  },

  async 'Use This Model on the dashboard writes a GGUF of the size that was announced'(state) {
    const { window, workspace } = state;
    const dashboard = await window.frameWith('.badge.done');
    await dashboard.locator('[data-action=use]').click();
    await row(window, 'Merged Model').waitFor();
    await window.pictures('journey-uses');
    await window.choose('GGUF…');
    await row(window, 'Q8_0').waitFor();
    await window.pictures('journey-types');
    const announced = await row(window, 'Q8_0').textContent();
    assert.match(announced, /4 MB/);
    await row(window, 'Q8_0').click();
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    state.told = await window.notification('The GGUF in Q8_0 of #1 faq is written to');
    await window.pictures('journey-written');
    const file = '1-faq-Q8_0.gguf';
    assert.equal(Math.round(statSync(path.join(workspace, file)).size / 1e6), 4);
    assert.deepEqual(
      readdirSync(workspace).filter((name) => name.includes('.tmp-')),
      [],
    );
    state.file = file;
  },

  async 'the exported file answers in the chat'({ window, told, file }) {
    await told.getByText('Chat with It').click();
    const chat = await window.frameWith('.composer textarea');
    await chat.waitForFunction(
      (name) => document.querySelector('select')?.selectedOptions[0]?.textContent?.includes(name),
      file,
    );
    await chat.getByLabel('Question', { exact: true }).fill('How do I register for a NIN?');
    await chat.getByRole('button', { name: 'Ask (Enter)' }).click();
    const reply = chat.locator('.reply.left.done');
    await reply.waitFor({ timeout: trainingLimit() });
    assert.notEqual(await reply.locator('.markdown').textContent(), '');
    assert.match(await reply.textContent(), new RegExp(file));
    await window.pictures('journey-chat');
  },
};

const row = ({ page }, text) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

/** @returns the results, as the extension-host suite gives them */
export async function journeySuite({ browser, vsix, scratch }) {
  mkdirSync(shots, { recursive: true });
  const workspace = path.join(scratch, 'journey');
  const cache = path.join(scratch, 'journey-cache');
  for (const folder of [workspace, cache]) mkdirSync(folder);
  const examples = JSON.parse(readFileSync(path.join(root, 'examples/nigeria-services.json'), 'utf8')).slice(0, 60);
  writeFileSync(path.join(workspace, 'faq.json'), `${JSON.stringify(examples, undefined, 2)}\n`);
  const [bundled] = await bundle(['test/hub/hub-server.ts']);
  const { startHub } = (await import(bundled)).default;
  const model = path.join(root, 'examples/tiny-llama');
  const files = Object.fromEntries(readdirSync(model).map((name) => [name, readFileSync(path.join(model, name))]));
  const hub = await startHub(repo, files, { cardData: { license: 'apache-2.0' } });
  const env = {
    HF_ENDPOINT: hub.endpoint,
    HF_HUB_CACHE: cache,
    HF_TOKEN: '',
    HF_TOKEN_PATH: path.join(cache, 'token'),
  };
  const server = await startServer({ settings: themeSettings, vsix, env });
  const context = await browser.newContext({ viewport: sizes.usual, colorScheme: 'dark' });
  const state = { workspace, cache, window: new Window(await context.newPage(), server, workspace) };
  try {
    return await runTests(tests, state, { suite: 'journey', shown: () => state.window, server, chained: true });
  } finally {
    await context.close();
    await server.stop();
    await hub.close();
  }
}
