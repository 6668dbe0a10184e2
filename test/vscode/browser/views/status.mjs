// The status bar and the language status.
import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from '../../../../scripts/setup.mjs';
import { sft } from '../window.mjs';

const number = (value) => value.toLocaleString('en-US');

export const statusTests = {
  async 'the status bar sums the file, and the selection where there is one'(window) {
    const { page, workspace } = window;
    await window.openFile('nigeria-services.json');
    const file = path.join(workspace, 'nigeria-services.json');
    const counted = sft('count', file, '--model', path.join(root, 'examples/tiny-llama'));
    const { examples, total, p50, p95, max } = counted;
    const text = `${number(examples.length)} ex · ${number(total)} tok · p50 ${p50} · p95 ${p95} · max ${max}`;
    await page.locator('.statusbar-item', { hasText: text }).waitFor();
    await window.goTo(2, 3);
    for (let line = 0; line < 8; line++) await page.keyboard.press('Shift+ArrowDown');
    const two = examples[0].tokens + examples[1].tokens;
    await page.locator('.statusbar-item', { hasText: `selected: 2 ex · ${number(two)} tok` }).waitFor();
    await window.pictures('selection');
  },

  async 'the language status tells the format and switches checking off and on'(window) {
    const { page } = window;
    await window.openFile('planted.json');
    await page.locator('.squiggly-warning').first().waitFor();
    const entry = await languageStatus(window, 'Q&A, JSON array');
    await window.pictures('language-status');
    await entry.getByText('Switch Off').click();
    await page.locator('.squiggly-warning').first().waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await window.runCommand('SFT: Turn Checking of This File On or Off');
    await page.locator('.squiggly-warning').first().waitFor();
  },

  async 'long lines are wrapped on a click'(window) {
    const { page } = window;
    await window.openFile('chats.jsonl');
    const entry = await languageStatus(window, 'Lines are wider than the editor');
    await entry.getByText('Wrap Lines').click();
    // The first example then takes more than one line of the screen.
    await window.until(async () => {
      const tops = await page
        .locator('.margin-view-overlays .line-numbers')
        .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().top).toSorted((a, b) => a - b));
      assert.ok(tops.length > 1 && tops[1] - tops[0] > 30, `${tops}`);
    });
    await page.keyboard.press('Escape');
  },
};

/** Opens the language status, which goes where an item of the status bar comes or goes. @returns its entry with this text */
async function languageStatus(window, text) {
  const { page } = window;
  const entry = page.locator('.hover-language-status', { hasText: text });
  await window.until(async (timeout) => {
    await page.keyboard.press('Escape');
    await page.locator('#status\\.languageStatus').click({ timeout });
    await entry.waitFor({ timeout });
  });
  return entry;
}
