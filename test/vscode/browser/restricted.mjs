// A folder that is not trusted: everything but running works, and what does not says why and how to change it. The tests run in this
// order; the last grants the trust.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../../../scripts/vscode-host.mjs';
import { makeWorkspace } from '../workspace.mjs';
import { runTests } from './run-tests.mjs';
import { trainedRun } from './trained-run.mjs';
import { Window, themeSettings } from './window.mjs';

const restricted = '.statusbar-item >> text=Restricted Mode';
const runsOf = ({ workspace }) => readdirSync(path.join(workspace, 'faq/.sft/runs'));

const tests = {
  async 'findings, fixes and estimated token counts work'(window) {
    const { page } = window;
    await window.openFile('planted.json');
    await page.locator(restricted).waitFor();
    for (const severity of ['error', 'warning']) await page.locator(`.squiggly-${severity}`).first().waitFor();
    await window.runCommand('SFT: Fix All');
    await page.locator('.view-line', { hasText: '₦50,000' }).waitFor();
    await page.keyboard.press('Control+z');
    await window.openFile('faq/faq.json');
    // The tokenizer of the folder's model is not read.
    await page
      .locator('.view-line', { hasText: /≈\s?\d+\stok/ })
      .first()
      .waitFor();
    await window.pictures('restricted-editor');
  },

  async 'the report opens'(window) {
    await window.openFile('planted.json');
    await window.page.locator('.squiggly-warning').first().waitFor();
    await window.runCommand('SFT: Show Dataset Report');
    await window.webview.getByRole('heading', { name: 'Findings' }).waitFor();
  },

  async 'the dashboard of a run opens'(window) {
    await window.showDashboard('faq');
    const dashboard = await window.frameWith('.badge.done');
    await dashboard.locator('.uplot').first().waitFor();
    await dashboard.locator('.predictions article').first().waitFor();
  },

  async 'Start Training says why not, and leads to where it is changed'(window) {
    const { page } = window;
    const before = runsOf(window);
    await window.openFile('faq/sft.config.json');
    await window.runCommand('SFT: Start Training');
    const told = await window.notification('This folder is restricted: training would run');
    await window.pictures('restricted-training');
    // By keyboard: the button's own tooltip may lie over it and take the click.
    await told.getByText('Manage Workspace Trust').press('Enter');
    await page.locator('.workspace-trust-editor').waitFor();
    assert.deepEqual(runsOf(window), before, 'nothing was started');
  },

  async 'a run is not resumed'(window) {
    await window.runCommand('SFT: Resume Run');
    await window.notification('This folder is restricted: training would run');
    await window.clearNotifications();
  },

  async 'the runs view shows the runs'(window) {
    await window.runCommand('SFT Workbench: Focus on Runs View');
    await window.page.locator('.monaco-list-row', { hasText: 'faq' }).first().waitFor();
  },

  async 'the chat says why not; once the folder is trusted it is there'(window) {
    const { page } = window;
    await window.runCommand('SFT: Open Chat');
    const chat = await window.frameWith('.empty');
    await chat.getByText('This workspace is not trusted').waitFor();
    await window.pictures('restricted-chat');
    await chat.getByText('Manage Trust…').click();
    await page.locator('.workspace-trust-editor').getByText('Trust', { exact: true }).first().click();
    await page.locator(restricted).waitFor({ state: 'detached' });
    await (await window.frameWith('.composer textarea')).locator('select').first().waitFor();
  },
};

/** @returns the results, as the extension-host suite gives them */
export async function restrictedSuite({ browser, vsix, scratch }) {
  const workspace = makeWorkspace(scratch, 'restricted');
  trainedRun(workspace, 'faq');
  const stopped = trainedRun(workspace, 'stopped');
  const state = JSON.parse(readFileSync(path.join(stopped, 'state.json'), 'utf8'));
  writeFileSync(path.join(stopped, 'state.json'), JSON.stringify({ ...state, status: 'stopped', step: 4 }));
  const settings = { ...themeSettings, 'security.workspace.trust.startupPrompt': 'never' };
  const server = await startServer({ settings, vsix, trusting: false });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
  try {
    const window = new Window(await context.newPage(), server, workspace);
    return await runTests(tests, window, { suite: 'restricted', shown: () => window, server });
  } finally {
    await context.close();
    await server.stop();
  }
}
