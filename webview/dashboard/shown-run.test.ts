import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DRAWN_COLUMNS, type StepColumns } from '../../src/messages/dashboard';
import { ShownRun } from './shown-run';

const facts = { folder: '/r', name: 'r', id: 'r', created: '', model: '', data: '', dataset: '' };

/** Columns that all hold the same values. */
function columns(...values: number[]): StepColumns {
  return Object.fromEntries(DRAWN_COLUMNS.map((name) => [name, Float64Array.from(values)])) as unknown as StepColumns;
}

describe('what the dashboard holds of a run', () => {
  it('puts new steps behind those that are kept: a resumed run goes back to its checkpoint', () => {
    const run = new ShownRun(facts, 0);
    run.take(0, columns(1, 2, 3));
    run.take(2, columns(4, 5));
    for (const name of DRAWN_COLUMNS) assert.deepEqual([...run.column(name)], [1, 2, 4, 5], name);
    assert.equal(run.length, 4);
  });

  it('smooths the same in pieces as at once', () => {
    const whole = new ShownRun(facts, 0.6);
    whole.take(0, columns(3, 1, 2, 5));
    const pieces = new ShownRun(facts, 0.9);
    pieces.take(0, columns(3, 1, 9));
    pieces.take(2, columns(2));
    pieces.take(3, columns(5));
    pieces.smooth(0.6);
    assert.deepEqual([...pieces.smoothed.values], [...whole.smoothed.values]);
    assert.equal(whole.smoothed.values.length, 4);
  });

  it('knows its best evaluation, the first of equal ones', () => {
    const run = new ShownRun(facts, 0);
    assert.equal(run.best, undefined);
    run.validation = { step: Float64Array.of(10, 20, 30), loss: Float64Array.of(2, 1, 1) };
    assert.deepEqual(run.best, { step: 20, loss: 1 });
  });
});
