import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from '../../../scripts/setup.mjs';

const TOTAL = 2000;

/** Answers such as a larger model writes, which scroll where they stand. */
function withLongTexts(message) {
  const long = (text) =>
    `${text}\n${'She pays 7 * 12 = 84 dollars for them, and then she has 16 dollars left. '.repeat(12)}`;
  const texts = ['question', 'answer', 'reference'];
  const lengthened = (key, value) => (texts.includes(key) && typeof value === 'string' ? long(value) : value);
  return ['predictions', 'samples', 'worst'].includes(message.type)
    ? JSON.parse(JSON.stringify(message), lengthened)
    : message;
}

/** The dashboard's states: one real run, others written for the picture. */
export async function dashboard(data) {
  const folder = path.join(root, '.cache', 'look');
  const trained = data.trainedRun(folder);
  const written = (run) => data.writtenRun(folder, trained, run);
  const of = (...runs) => data.dashboardMessages(runs);
  const running = { name: 'support-bot', steps: 640, totalSteps: TOTAL, status: 'running' };
  return {
    shape: data.fromDashboard,
    width: 1024,
    wider: [1280],
    narrow: 420,
    states: {
      starting: await of(written({ name: 'just-begun', steps: 0, totalSteps: 0, status: 'starting' })),
      running: await of(written(running)),
      done: await of(trained),
      'long-answers': (await of(trained)).map(withLongTexts),
      failed: await of(
        written({
          name: 'too-hot',
          steps: 90,
          totalSteps: TOTAL,
          status: 'failed',
          learningRate: 0.5,
          loss: (share) => 2.5 + 4000 * share ** 2,
          message: 'the loss is not a finite number at step 90 - lower learning_rate',
          last: { type: 'failed', code: 'not-finite', message: 'the loss is not a finite number at step 90', step: 90 },
        }),
      ),
      diverging: await of(data.recordedRun(folder, trained, 'diverging-0.03')),
      overfitting: await of(data.recordedRun(folder, trained, 'overfitting-full')),
      long: await of(written({ name: 'long-run', steps: 100_000, totalSteps: 100_000, status: 'stopped' })),
      comparison: await of(
        written({ ...running, name: 'first-try', status: 'done', steps: TOTAL, learningRate: 1e-4 }),
        written({
          ...running,
          name: 'higher-rate',
          loss: (share) => 0.9 + 2.6 * Math.exp(-7 * share),
          config: { lora_r: 32 },
        }),
        trained,
      ),
      sweep: await data.dashboardMessages(
        [5e-5, 1e-4, 2e-4].map((learningRate, at) =>
          written({
            ...running,
            name: `learning_rate ${learningRate.toExponential()}`,
            status: at < 2 ? 'done' : 'running',
            steps: at < 2 ? TOTAL : 640,
            learningRate,
            loss: (share) => 1.2 - at / 10 + 2.4 * Math.exp((-3 - at) * share),
          }),
        ),
        { name: 'support-bot', tried: ['learning_rate 5e-5', 'learning_rate 1e-4', 'learning_rate 2e-4'] },
      ),
      gone: [
        { type: 'unavailable', reason: '/runs/20260102-101500-faq/run.json does not exist - name the folder of a run' },
      ],
    },
    async useByKeyboard(page, state) {
      if (state === 'gone' || state === 'starting') return;
      const chart = page.locator('[role=slider]').first();
      await chart.focus();
      await page.keyboard.press('ArrowLeft');
      const before = await chart.getAttribute('aria-valuenow');
      await page.keyboard.press('ArrowLeft');
      assert.equal(Number(await chart.getAttribute('aria-valuenow')), Number(before) - 1);
      assert.match(await chart.getAttribute('aria-valuetext'), /^step [\d,]+: .*\d/);
      await page.keyboard.press('+');
      await page.getByRole('button', { name: 'Show All Steps' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.curves input[type=range]').focus();
      await page.keyboard.press('ArrowRight');
      await page.locator('.toolbar input[type=checkbox]').focus();
      await page.keyboard.press('Space');
      assert.equal(await page.evaluate(() => window.kept.logarithmic), true);
      if (state === 'sweep') {
        await page.getByLabel('Take learning_rate 1e-4 into the configuration').focus();
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => window.sent.some(({ type, run }) => type === 'takeValues' && run === 1));
        await page.getByText('Stop Sweep').focus();
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => window.sent.some(({ type, action }) => type === 'act' && action === 'stop'));
        return;
      }
      if (state === 'comparison') {
        await page.getByRole('button', { name: 'higher-rate' }).focus();
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => window.sent.some(({ type, run }) => type === 'openRun' && run === 1));
        return;
      }
      await page.locator('[data-action=export]').focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => window.sent.some(({ type, action }) => type === 'act' && action === 'export'));
      await page.getByText('Values as a table').focus();
      await page.keyboard.press('Enter');
      await page.getByText('Peak memory').last().waitFor();
      if (state !== 'done') return;
      const samples = page.getByRole('slider', { name: 'Measurement whose answers are shown' });
      const newest = await samples.getAttribute('aria-valuetext');
      assert.match(newest, /^Step \d+, validation loss \d\.\d{3}$/);
      await samples.focus();
      await page.keyboard.press('Home');
      assert.equal(await samples.getAttribute('aria-valuetext'), 'Before the first step');
      assert.deepEqual(await page.locator('.samples article').first().locator('dt').allTextContents(), [
        'Before the first step',
        'Right answer',
      ]);
      await page.keyboard.press('ArrowRight');
      assert.deepEqual(await page.locator('.samples article').first().locator('dt').allTextContents(), [
        'Before the first step',
        'Step 6',
        'Right answer',
      ]);
      await page.getByLabel('Sort predictions').selectOption('Lowest ROUGE-L first');
      await page.locator('.predictions article').first().focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => window.sent.some(({ type }) => type === 'openExample'));
      await page.locator('.rating input').first().focus();
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(() => window.sent.some(({ type, rating }) => type === 'rate' && rating === 2));
      await page.evaluate(() => window.postMessage({ type: 'draw', id: 7 }, '*'));
      await page.waitForFunction(() =>
        window.sent.some(({ type, id, value }) => type === 'answer' && id === 7 && value.length > 1000),
      );
    },
  };
}
