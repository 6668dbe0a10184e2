// The dataset report, used with the keyboard.
import assert from 'node:assert/strict';
import { focusBeginning, tabThrough, tabTo } from '../keyboard.mjs';

export const reportTests = {
  async 'the report: opens, and a rule leads to its findings'(window) {
    const { page } = window;
    await window.openFile('planted.json');
    await page.locator('.squiggly-warning').first().waitFor();
    await window.runCommand('SFT: Show Dataset Report');
    await window.webview.getByRole('heading', { name: 'Findings' }).waitFor();
    await page.setViewportSize({ width: 1280, height: 1900 });
    await window.pictures('report');
    await page.setViewportSize({ width: 1280, height: 900 });
    const report = await window.frameWith('[data-rule]');
    const stops = await tabThrough(window, report);
    assert.ok(stops.includes('mojibake') && stops.includes('Export as HTML…'), stops.join(', '));
    await focusBeginning(report);
    await tabTo(window, report, 'mojibake');
    await page.keyboard.press('Enter');
    await page.locator('.statusbar-item', { hasText: /^Ln 19, Col/ }).waitFor();
  },

  async 'the report: follows what is typed beside it and leaves the focus there'(window) {
    const { page } = window;
    const report = await window.frameWith('[data-rule]');
    await page.locator('.monaco-editor.focused').waitFor();
    for (const typed of ['alpha', 'beta']) {
      const shown = await report.locator('[data-rule]').first().elementHandle();
      await page.keyboard.type(typed);
      await report.waitForFunction((rule) => !rule.isConnected, shown);
    }
    await page.locator('.view-line', { hasText: 'alphabeta' }).waitFor();
    await page.keyboard.press('Control+z');
    await page.locator('.tab.dirty').first().waitFor({ state: 'detached' });
  },

  async 'the report of a sound dataset shows lengths and balance'(window) {
    const { page } = window;
    await window.openFile('nigeria-services.json');
    await page
      .locator('.view-line', { hasText: /\d+\stok/ })
      .first()
      .waitFor();
    await window.runCommand('SFT: Show Dataset Report');
    await window.webview.locator('canvas').first().waitFor();
    await page.setViewportSize({ width: 1280, height: 1500 });
    await window.pictures('report-example');
    await page.setViewportSize({ width: 1280, height: 900 });
  },
};
