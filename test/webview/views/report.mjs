/** The dataset report's states. */
export async function report(data) {
  const wrong = JSON.stringify([{ question: 'What?', answer: '' }]);
  const of = async (...what) => [{ type: 'report', report: await data.reportOf(...what) }];
  return {
    shape: data.fromReport,
    width: 1000,
    narrow: 420,
    states: {
      example: await of('nigeria-services.json', data.exampleText(), 128, 'examples/tiny-llama'),
      none: await of('wrong.json', wrong, 1024, undefined),
      many: await of('many-agencies.json', data.manyExamples(50_000), 200, undefined),
      closed: [{ type: 'unavailable', reason: 'The file is closed, or is no longer a dataset.' }],
    },
    async useByKeyboard(page, state) {
      if (state === 'closed') return;
      await page.locator('[data-rule]').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => window.sent.some(({ type }) => type === 'reveal'));
      await page.locator('vscode-button').focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => window.sent.some(({ type }) => type === 'export'));
    },
  };
}
