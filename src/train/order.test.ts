import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExampleOrder } from './order';

const options = { examples: 23, batchSize: 2, accumulation: 4, shuffle: true, seed: 7 };

describe('the order of examples', () => {
  it('covers every example once an epoch, the last window being smaller', () => {
    const order = new ExampleOrder(options);
    assert.equal(order.stepsPerEpoch, 3);
    for (const epoch of [0, 1]) {
      const windows = [0, 1, 2].map((k) => order.window(epoch * 3 + k));
      assert.deepEqual(
        windows.map((w) => w.length),
        [8, 8, 7],
      );
      assert.deepEqual(
        windows.flat().sort((a, b) => a - b),
        Array.from({ length: 23 }, (_, i) => i),
      );
    }
  });

  it('changes from epoch to epoch and with the seed, and is the same when asked from any step', () => {
    const first = new ExampleOrder(options);
    const windows = Array.from({ length: 9 }, (_, step) => first.window(step));
    assert.notDeepEqual(windows.slice(0, 3), windows.slice(3, 6));
    assert.notDeepEqual(new ExampleOrder({ ...options, seed: 8 }).window(0), windows[0]);
    const resumed = new ExampleOrder(options);
    for (const step of [7, 2, 8]) assert.deepEqual(resumed.window(step), windows[step]);
  });

  it('is the order of the file without shuffling', () => {
    const order = new ExampleOrder({ ...options, shuffle: false });
    assert.deepEqual(order.window(1), [8, 9, 10, 11, 12, 13, 14, 15]);
    assert.deepEqual(order.window(3), [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('counts steps as transformers does: max_steps, else ceil(epochs x steps an epoch)', () => {
    const order = new ExampleOrder(options);
    assert.equal(order.totalSteps(60, 3), 60);
    assert.equal(order.totalSteps(null, 3), 9);
    assert.equal(order.totalSteps(null, 0.5), 2);
  });
});
