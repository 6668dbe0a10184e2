// The dataset report.
export const reportTests = {
  async 'the report opens, and a rule leads to its findings'(window) {
    const { page } = window;
    await window.openFile('planted.json');
    await page.locator('.squiggly-warning').first().waitFor();
    await window.runCommand('SFT: Show Dataset Report');
    await window.webview.getByRole('heading', { name: 'Findings' }).waitFor();
    await page.setViewportSize({ width: 1280, height: 1900 });
    await window.pictures('report');
    await page.setViewportSize({ width: 1280, height: 900 });
    await window.webview.getByRole('button', { name: 'mojibake' }).click();
    await page.locator('.statusbar-item', { hasText: /^Ln 19, Col/ }).waitFor();
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
