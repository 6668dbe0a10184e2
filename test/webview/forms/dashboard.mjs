// The dashboard's forms and buttons while a run goes on.
import assert from 'node:assert/strict';

const facts = (name) => ({
  folder: `/w/${name}`,
  name,
  id: name,
  created: '2026-01-02T10:15:00Z',
  model: 'm',
  dataset: 'd.json',
  data: 'the same',
});
const status = (run, step) => ({
  type: 'status',
  run,
  status: { status: 'running', step, totalSteps: 100, warnings: [] },
});
/** Losses that a smoothed curve is far from at its end; nobody measured the memory. */
const LOSSES = [8, 4, 2, 1];
const steps = (run, losses) => {
  const all = (value) => ({ numbers: losses.map(() => value) });
  const columns = { learning_rate: all(1e-4), grad_norm: all(1), tokens_per_second: all(50), peak_memory: all(NaN) };
  const step = { numbers: losses.map((_, at) => at + 1) };
  return { type: 'steps', run, kept: 0, columns: { step, loss: { numbers: losses }, ...columns } };
};
/** The last value of an exponential mean with the weight that the view begins with, 0 before it and corrected for that. */
const smoothedLast = (losses, weight) => {
  const [sum, all] = losses.reduce(
    ([mean, share], loss) => [weight * mean + (1 - weight) * loss, weight * share + 1 - weight],
    [0, 0],
  );
  return sum / all;
};
const answered = { answer: 'At the office.', rougeL: 0.5 };
const predictions = (count) => ({
  type: 'predictions',
  from: 0,
  total: count,
  items: Array.from({ length: count }, (_, index) => ({
    index,
    line: index + 2,
    agency: index % 2 === 0 ? 'Votes' : 'Fees',
    question: index % 2 === 0 ? 'Where do I vote?' : 'What does it cost?',
    reference: 'In the office, at nine.',
    base: answered,
    // The later the more was gained.
    tuned: { ...answered, rougeL: 0.5 + index / 100 },
  })),
});
const advice = (loss, remedies = ['Lower learning_rate to 0.01', 'Set max_steps to 50'], applied = false) => ({
  type: 'advice',
  run: 0,
  findings: [
    {
      severity: 'warning',
      since: 12,
      title: 'The loss rises',
      message: `It is ${loss} now.`,
      remedies: remedies.map((title) => ({ title, edits: true, applied })),
    },
  ],
});

export const dashboardFormTests = {
  async 'dashboard: ratings given faster than they are kept are the last ones given'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await view.deliver(predictions(2), { type: 'ratings', edit: 0, ratings: [] });
    await page.locator('.rating input').first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    // What was kept of the first rating comes now.
    await view.deliver({ type: 'ratings', edit: 1, ratings: [{ index: 0, rating: 1 }] });
    await page.keyboard.press('ArrowRight');
    const given = await view.sent('rate');
    assert.deepEqual(
      given.map(({ edit, rating }) => [edit, rating]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    );
    await page.getByText('1 rated, average 3.00 of 5').waitFor();
    // One that could not be kept is taken back.
    await view.deliver({ type: 'ratings', edit: 3, ratings: [{ index: 0, rating: 2 }] });
    await page.getByText('1 rated, average 2.00 of 5').waitFor();
    assert.equal(await page.locator('.rating input:checked').first().inputValue(), '2');
  },

  async 'dashboard: a filter stays when the predictions come again, and the focus where it is'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await view.deliver(predictions(4));
    await page.getByLabel('Filter predictions by text').fill('vote');
    await view.deliver(predictions(6));
    assert.equal(await page.locator('.predictions article').count(), 3);
    assert.equal(await page.getByLabel('Filter predictions by text').inputValue(), 'vote');
    await page.locator('.predictions .facts .link').nth(1).focus();
    await view.deliver(predictions(8));
    assert.match(await view.focused(), /^Line 4\b/);
  },

  async 'dashboard: predictions are chosen by category, sorted by gain and walked by arrow keys over pages'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await view.deliver(predictions(30));
    const lines = () => page.locator('.predictions .facts .link').allTextContents();
    await page.getByLabel('Category').selectOption('Fees');
    await page.getByLabel('Sort predictions').selectOption('Largest gain first');
    assert.deepEqual((await lines()).slice(0, 3), ['Line 31', 'Line 29', 'Line 27']);
    // Of the answer those words are marked that are in the reference, in its order.
    assert.deepEqual(await page.locator('.predictions article').first().locator('.tuned mark').allTextContents(), [
      'the',
      'office',
    ]);
    await page.locator('.predictions article').first().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowDown');
    await page.getByText('11 – 15 of 15').waitFor();
    assert.match(await view.focused(), /^Line 11\b/);
    await page.keyboard.press('ArrowUp');
    await page.getByText('1 – 10 of 15').waitFor();
    assert.match(await view.focused(), /^Line 13\b/);
    await page.keyboard.press('Enter');
    const [asked] = await view.sent('openExample');
    assert.equal(asked.index, 11);
    await page.getByLabel('Filter predictions by text').fill('nothing has this');
    await page.getByText('No prediction matches.').waitFor();
  },

  async 'dashboard: a remedy is the one that was read, however often the advice is told again'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await view.deliver(advice(3.1));
    const button = page.locator('.advice vscode-button').nth(1);
    const box = await button.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await view.deliver(advice(3.4));
    await page.getByText('It is 3.4 now.').waitFor();
    await page.mouse.up();
    await view.deliver(advice(3.5, ['Set max_steps to 50']));
    const asked = await view.sent('remedy');
    assert.deepEqual(
      asked.map(({ finding, remedy, title }) => [finding, remedy, title]),
      [[0, 1, 'Set max_steps to 50']],
    );
    assert.equal(await page.getByText('✓ Applied').count(), 0);
    await view.deliver(advice(3.5, ['Set max_steps to 50'], true));
    await page.getByText('✓ Applied').waitFor();
  },

  async 'dashboard: the focus stays among the buttons when the run changes its state'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await page.locator('[data-action=stop]').focus();
    const inState = (state) => ({ ...status(0, 21), status: { ...status(0, 21).status, status: state } });
    await view.deliver(inState('paused'));
    await page.locator('.badge.paused').waitFor();
    assert.equal(await view.focused(), 'Stop');
    await view.deliver(inState('stopping'));
    await page.locator('.badge.stopping').waitFor();
    assert.equal(await view.focused(), 'Configuration');
  },

  async 'dashboard: in a comparison a run is left out although its figures change under the pointer'({ open }) {
    const view = await open('dashboard');
    const { page } = view;
    await view.deliver(
      { type: 'show', runs: [facts('one'), facts('two')], differences: [] },
      status(0, 1),
      status(1, 1),
    );
    const box = page.getByLabel('Draw two');
    await box.waitFor();
    const { x, y, width, height } = await box.boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await view.deliver(status(0, 57), status(1, 58));
    await page.getByText('57', { exact: true }).waitFor();
    await page.mouse.up();
    assert.equal(await box.isChecked(), false);
    await view.deliver(status(1, 59));
    await page.getByText('59', { exact: true }).waitFor();
    assert.deepEqual([await box.isChecked(), await view.focused()], [false, 'Draw two']);
  },

  async 'dashboard: of a sweep the best run can be taken when all are done, and any of them before'({ open }) {
    const view = await open('dashboard');
    const { page } = view;
    const tried = ['learning_rate 1e-4', 'learning_rate 2e-4'];
    const inState = (run, state) => ({ ...status(run, 9), status: { ...status(run, 9).status, status: state } });
    await view.deliver(
      { type: 'show', runs: tried.map(facts), differences: [], sweep: { name: 'faq', tried } },
      inState(0, 'done'),
      inState(1, 'running'),
      result(0, 0.4),
    );
    await page.getByRole('heading', { name: 'Sweep of faq' }).waitFor();
    await page.getByText('Stop Sweep').click();
    await page.getByLabel('Take learning_rate 1e-4 into the configuration').click();
    await view.deliver(inState(1, 'stopped'));
    await page.getByText('Continue').focus();
    await view.deliver(inState(1, 'done'), result(1, 0.6));
    await page.getByText('Best: learning_rate 2e-4, ROUGE-L 0.600 (0.580-0.620), clearly').waitFor();
    assert.equal(await view.focused(), 'Take learning_rate 2e-4');
    await page.keyboard.press('Enter');
    assert.deepEqual(
      (await view.sent('act')).map(({ action }) => action),
      ['stop'],
    );
    assert.deepEqual(
      (await view.sent('takeValues')).map(({ run }) => run),
      [0, 1],
    );
  },

  async 'dashboard: the loss of a run is that of its last step, and the smoothed one is called so'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await view.deliver(steps(0, LOSSES), {
      type: 'validation',
      run: 0,
      step: { numbers: [4] },
      loss: { numbers: [3] },
    });
    const figure = page.locator('.figures div', { hasText: 'training loss' });
    assert.deepEqual(await figure.locator('dt').allTextContents(), ['training loss, last step']);
    // Drawn with the next frame.
    await figure.locator('dd', { hasText: /\d/ }).waitFor();
    assert.deepEqual(await figure.locator('dd').allTextContents(), ['1.0000']);
    const told = await page.locator('[role=slider][aria-label="Loss by step"]').getAttribute('aria-valuetext');
    const weight = Number(await page.locator('.curves input[type=range]').inputValue());
    const [, smoothed, validation] = /training, smoothed ([\d.]+), validation ([\d.]+)/.exec(told) ?? [];
    assert.ok(Math.abs(Number(smoothed) - smoothedLast(LOSSES, weight)) < 1e-3, told);
    assert.equal(Number(validation), 3, told);
    await page.getByText('Values as a table').click();
    const table = page.getByRole('table', { name: 'Measured values by step' });
    await table.waitFor();
    const heads = await table.locator('th').allTextContents();
    const last = await table.locator('tbody tr').last().locator('td, th').allTextContents();
    assert.equal(last[heads.indexOf('Training loss')], '1.0000');
    assert.doesNotMatch(await page.locator('body').innerText(), /NaN/);
  },

  async 'dashboard: losses on different data are called not comparable'({ open }) {
    const view = await open('dashboard');
    const other = { ...facts('two'), dataset: 'other.json', data: 'others' };
    await view.deliver(
      { type: 'show', runs: [facts('one'), other], differences: [] },
      status(0, 4),
      status(1, 4),
      steps(0, LOSSES),
      steps(1, LOSSES),
    );
    await view.page.getByText('Loss, on different data: not comparable').waitFor();
    const told = await view.page.locator('[role=slider]').first().getAttribute('aria-valuetext');
    assert.match(told, /one \(d\.json\), smoothed .* two \(other\.json\), smoothed/);
  },

  async 'dashboard: a handful of examples gets neither a band nor an interval'({ open }) {
    const view = await opened(open);
    const { page } = view;
    await view.deliver(result(0, 0.5));
    await page.getByText('40 held-out examples').waitFor();
    assert.ok((await page.locator('.evaluation .band').count()) > 0);
    const few = result(0, 0.5);
    await view.deliver({ ...few, result: { ...few.result, examples: 6 } });
    await page.getByText('6 held-out examples').waitFor();
    assert.equal(await page.locator('.evaluation .band').count(), 0);
    assert.doesNotMatch(await page.locator('.evaluation').innerText(), /0\.480|0\.520|Fair from/);
  },

  async 'dashboard: a comparison shows the loss of the last step, and calls its curves smoothed'({ open }) {
    const view = await open('dashboard');
    const { page } = view;
    await view.deliver(
      { type: 'show', runs: [facts('one'), facts('two')], differences: [] },
      status(0, 4),
      status(1, 4),
      steps(0, LOSSES),
      steps(1, LOSSES.toReversed()),
    );
    const table = page.getByRole('table', { name: 'The compared runs' });
    await table.getByText('1.0000').waitFor();
    const heads = await table.locator('th').allTextContents();
    const at = heads.findIndex((head) => head.includes('Last training loss'));
    assert.notEqual(at, -1, heads.join(', '));
    const rows = await table.locator('tbody tr').all();
    const cells = await Promise.all(
      rows.map(async (row) => (await row.locator('td, th').allTextContents())[at].trim()),
    );
    assert.deepEqual(cells, ['1.0000', '8.0000']);
    const told = await page.locator('[role=slider][aria-label="Loss by step"]').getAttribute('aria-valuetext');
    const weight = Number(await page.locator('.curves input[type=range]').inputValue());
    for (const [name, losses] of [
      ['one', LOSSES],
      ['two', LOSSES.toReversed()],
    ]) {
      const [, value] = new RegExp(`${name}, smoothed ([\\d.]+)`).exec(told) ?? [];
      assert.ok(Math.abs(Number(value) - smoothedLast(losses, weight)) < 1e-3, told);
    }
  },
};

/** The evaluation of a run, on enough examples to be ranked. */
function result(run, f1) {
  const score = { f1, low: f1 - 0.02, high: f1 + 0.02 };
  const model = { loss: 1, perplexity: 2.7, rouge1: score, rouge2: score, rougeL: score };
  const taken = { questions: 'q', examples: 40, max_new_tokens: 96, stemmer: true, unicode: false };
  return { type: 'evaluation', run, result: { ...taken, base: model, tuned: model } };
}

async function opened(open) {
  const view = await open('dashboard');
  await view.deliver({ type: 'show', runs: [facts('one')], differences: [] }, status(0, 20));
  await view.page.locator('.badge.running').waitFor();
  return view;
}
