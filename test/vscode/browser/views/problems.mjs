// Squiggles, the Problems panel, and the light bulb.
import assert from 'node:assert/strict';
import path from 'node:path';
import { sft } from '../window.mjs';

export const problemTests = {
  async 'squiggles stand in a file with planted mistakes'(window) {
    await window.openFile('planted.json');
    for (const severity of ['error', 'warning', 'info']) {
      await window.page.locator(`.squiggly-${severity}`).first().waitFor();
    }
    // Counted, not estimated: the model that the person has set is known from the first file on.
    await window.page.locator('.statusbar-item', { hasText: /\d ex · \d+ tok/ }).waitFor();
    await window.pictures('squiggles');
  },

  async 'Problems lists every message at its place'(window) {
    const { page, workspace } = window;
    await window.runCommand('Problems: Focus on Problems View');
    // The list draws only the rows that have room.
    await window.runCommand('View: Toggle Maximized Panel');
    const panel = page.locator('.markers-panel');
    const findings = sft('validate', path.join(workspace, 'planted.json'));
    assert.ok(findings.length > 0);
    await panel.locator('.monaco-list-row').first().waitFor();
    for (const { message, line, column } of findings) {
      const [reason] = message.split(' - ');
      const row = panel.locator('.monaco-list-row').filter({ hasText: reason });
      await row
        .filter({ hasText: `Ln ${line}, Col ${column}` })
        .first()
        .waitFor();
    }
    await window.pictures('problems');
    await window.runCommand('View: Toggle Maximized Panel');
    await window.runCommand('View: Hide Panel');
  },

  async 'the light bulb repairs what stands under the cursor, and undo takes it back'(window) {
    const { page } = window;
    const mistake = page.locator('.view-line', { hasText: '‚Ç¶50,000' });
    await mistake.waitFor();
    await window.goTo(19, 29);
    const repair = page.locator('.action-widget .monaco-list-row', { hasText: '₦' });
    await window.press('Control+.', repair);
    await window.pictures('quick-fix');
    await repair.click();
    await page.locator('.view-line', { hasText: '₦50,000' }).waitFor();
    await page.keyboard.press('Control+z');
    await mistake.waitFor();
  },

  async 'SFT: Fix All repairs everything that is safe at once'(window) {
    const { page } = window;
    await window.runCommand('SFT: Fix All');
    await page.locator('.view-line', { hasText: '₦50,000' }).waitFor();
    await page.locator('.view-line', { hasText: 'anwser' }).waitFor();
    await page.keyboard.press('Control+z');
    await page.locator('.view-line', { hasText: '‚Ç¶50,000' }).waitFor();
  },
};
