import assert from 'node:assert/strict';

/** The test of learning rates in its states. */
export function rates(data) {
  return {
    shape: data.fromRates,
    width: 1024,
    narrow: 380,
    states: {
      starting: data.rateTestMessages(0),
      working: data.rateTestMessages(24),
      done: data.rateTestMessages(),
      failed: data.rateTestMessages(0, '/w/sft.config.json:4:14 dataset: faq.json does not exist - write its path'),
    },
    async useByKeyboard(page, state) {
      if (state === 'starting' || state === 'failed') return;
      const chart = page.getByRole('slider', { name: 'Loss by learning rate' });
      await chart.focus();
      await page.keyboard.press('Home');
      const first = await chart.getAttribute('aria-valuetext');
      assert.match(first, /^learning rate 1e-6: smoothed \d/);
      await page.keyboard.press('ArrowRight');
      assert.notEqual(await chart.getAttribute('aria-valuetext'), first);
      const progress = await page.getByRole('progressbar').getAttribute('aria-valuetext');
      assert.match(progress, /^\d+ of 60 rates tried$/);
      if (state === 'working') {
        await page.getByText('Stop', { exact: true }).focus();
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => window.sent.some(({ type }) => type === 'stop'));
        return;
      }
      await page.getByText('Set learning_rate to').focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => window.sent.some(({ type, rate }) => type === 'take' && rate > 1e-5));
      await page.getByText('Values as a table').focus();
      await page.keyboard.press('Enter');
      await page.getByText('Smoothed', { exact: true }).waitFor();
    },
  };
}
