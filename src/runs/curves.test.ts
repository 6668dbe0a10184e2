import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Curves, foldEvents, STEP_COLUMNS } from './curves';
import type { RunEvent } from './folder/event-schema';

const time = '2026-01-02T10:15:00.000Z';
const start = (resumed_from?: number): RunEvent => ({
  type: 'start',
  time,
  run: '/runs/a',
  device: 'cpu',
  total_steps: 6,
  train_examples: 48,
  ...(resumed_from === undefined ? {} : { resumed_from }),
});
const step = (n: number, loss: number): RunEvent => ({
  type: 'step',
  time,
  step: n,
  loss,
  learning_rate: 1e-4,
  grad_norm: 0.5,
  tokens: 100,
  tokens_per_second: 50,
});
const evaluation = (n: number, loss: number): RunEvent => ({ type: 'evaluation', time, step: n, loss, best: true });

describe('the curves of a run', () => {
  it('hold a column for each measure, NaN where an event has none', () => {
    const curves = foldEvents([start(), step(1, 3), step(2, 2.5), evaluation(2, 2.7)]);
    assert.equal(curves.length, 2);
    assert.deepEqual([...curves.steps.step], [1, 2]);
    assert.deepEqual([...curves.steps.loss], [3, 2.5]);
    assert.deepEqual([...curves.steps.epoch], [NaN, NaN]);
    assert.deepEqual([...curves.steps.time], [Date.parse(time), Date.parse(time)]);
    assert.deepEqual(Object.keys(curves.steps), [...STEP_COLUMNS]);
    assert.deepEqual(curves.evaluations, [{ step: 2, loss: 2.7, best: true }]);
    assert.deepEqual([curves.total_steps, curves.train_examples], [6, 48]);
  });

  it('show each step once after a resume: as it was done last', () => {
    const curves = foldEvents([
      start(),
      step(1, 3),
      step(2, 2.5),
      evaluation(2, 2.7),
      step(3, 2.2),
      evaluation(3, 2.4),
      // Killed; the last checkpoint was that of step 2.
      start(2),
      step(3, 2.21),
    ]);
    assert.deepEqual([...curves.steps.step], [1, 2, 3]);
    assert.deepEqual([...curves.steps.loss], [3, 2.5, 2.21]);
    assert.deepEqual(curves.evaluations, [{ step: 2, loss: 2.7, best: true }]);
    assert.equal(curves.revision, 1);
  });

  it('hold the answers to the sample prompts, those of steps that were done again once', () => {
    const samples = (n: number, answer: string): RunEvent => ({
      type: 'samples',
      time,
      step: n,
      answers: [{ question: 'Q?', answer, cut: false }],
    });
    const events = [start(), samples(0, 'a'), step(1, 3), step(2, 2.5), samples(2, 'b'), step(3, 2.2), samples(3, 'c')];
    const told = (all: readonly RunEvent[]): unknown[] =>
      foldEvents(all).samples.map((one) => [one.step, one.answers[0]!.answer]);
    assert.deepEqual(told([...events, start(2), step(3, 2.2)]), [
      [0, 'a'],
      [2, 'b'],
    ]);
    assert.deepEqual(told([...events, start(), samples(0, 'd')]), [[0, 'd']]);
  });

  it('begin anew where there was no checkpoint to go on from', () => {
    const curves = foldEvents([start(), step(1, 3), step(2, 2.5), start(), step(1, 3)]);
    assert.deepEqual([...curves.steps.step], [1]);
    assert.equal(curves.revision, 1);
  });

  it('are not taken back by a resume at their end', () => {
    const curves = foldEvents([start(), step(1, 3), evaluation(1, 3), start(1), step(2, 2)]);
    assert.deepEqual([...curves.steps.step], [1, 2]);
    assert.equal(curves.revision, 0);
  });

  it('say how the run ended, and forget it when it goes on', () => {
    const curves = foldEvents([
      start(),
      step(1, 3),
      { type: 'failed', time, code: 'not-finite', message: 'the loss is NaN', step: 1 },
    ]);
    assert.equal(curves.ended, 'failed');
    assert.deepEqual(curves.failure, { code: 'not-finite', message: 'the loss is NaN', step: 1 });
    curves.add(start(1));
    assert.equal(curves.ended, undefined);
    assert.equal(curves.failure, undefined);
    curves.add({ type: 'done', time, adapter: '/runs/a/adapter', evaluation: null });
    assert.equal(curves.ended, 'done');
  });

  it('grow to any length', () => {
    const curves = new Curves();
    curves.add(start());
    for (let n = 1; n <= 5000; n++) curves.add(step(n, 1 / n));
    const { step: steps, loss } = curves.steps;
    assert.equal(steps.length, 5000);
    for (let n = 1; n <= 5000; n++) assert.deepEqual([steps[n - 1], loss[n - 1]], [n, 1 / n]);
  });
});
