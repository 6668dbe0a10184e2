// The test of learning rates while it goes on.
import assert from 'node:assert/strict';

const column = (count, value) => Float64Array.from({ length: count }, (_, at) => value(at));

/** @param steps done of 60 */
const test = (steps, more = {}) => ({
  type: 'test',
  test: {
    name: 'faq',
    file: '/w/sft.config.json',
    phase: 'working',
    message: '',
    total: 60,
    rates: column(steps, (at) => 1e-6 * 1.2 ** at),
    losses: column(steps, (at) => 4 - at / 60),
    smoothed: column(steps, (at) => 4 - at / 60),
    now: 2e-4,
    ...more,
  },
});

export const ratesFormTests = {
  async 'rates: the focus stays where it is while the curve grows, and among the buttons at the end'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await page.getByText('Stop', { exact: true }).focus();
    await deliver(view, test(13));
    assert.equal(await view.focused(), 'Stop');
    const chart = page.getByRole('slider', { name: 'Loss by learning rate' });
    await deliver(view, test(60, { phase: 'done', suggested: 4e-4, lowest: 1e-3 }));
    assert.equal(await view.focused(), 'Set learning_rate to 4e-4');
    await chart.focus();
    await page.keyboard.press('End');
    const last = await chart.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowLeft');
    assert.notEqual(await chart.getAttribute('aria-valuetext'), last);
  },

  async "rates: a rate that is the configuration's already is not offered"({ open }) {
    const view = await opened(open);
    await deliver(view, test(60, { phase: 'done', suggested: 2e-4 }));
    await view.page.locator('.badge.done').waitFor();
    assert.equal(await view.page.getByText('Set learning_rate to').count(), 0);
  },

  async 'rates: a test that is made again begins with no curve'({ open }) {
    const view = await opened(open);
    await deliver(view, test(60, { phase: 'done' }));
    await view.page.locator('.uplot').waitFor();
    await deliver(view, test(0, { message: 'Reading the model and the data', total: undefined }));
    await view.page.getByText('The curve appears when the first rates have been tried.').waitFor();
    assert.equal(await view.page.locator('.uplot').count(), 0);
  },
};

/** Columns of numbers reach the page as lists, and are made columns there. */
async function deliver({ page }, { type, test }) {
  const plain = { ...test, rates: [...test.rates], losses: [...test.losses], smoothed: [...test.smoothed] };
  await page.evaluate(
    ({ type, test }) => {
      const of = (name) => Float64Array.from(test[name]);
      const data = { type, test: { ...test, rates: of('rates'), losses: of('losses'), smoothed: of('smoothed') } };
      window.dispatchEvent(new MessageEvent('message', { data }));
    },
    { type, test: plain },
  );
}

async function opened(open) {
  const view = await open('rates');
  await deliver(view, test(12));
  await view.page.locator('.badge.working').waitFor();
  return view;
}
