import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { padded, valueTicks } from './axis';

describe('an axis of values', () => {
  it('leaves room around the values, and none below 0 where nothing is below it', () => {
    assert.deepEqual(padded(1, 2, false), [0.94, 2.06]);
    assert.deepEqual(padded(0.01, 2, false), [0, 2 + 1.99 * 0.06]);
    assert.deepEqual(padded(-1, 1, false), [-1.12, 1.12]);
  });

  it('has a length where all values are equal, and where there are none', () => {
    assert.deepEqual(padded(5, 5, false), [4.5, 5.5]);
    assert.deepEqual(padded(0, 0, false), [0, 1]);
    assert.deepEqual(padded(null, null, false), [0, 1]);
    assert.deepEqual(padded(null, null, true), [0.1, 1]);
  });

  it('stays above 0 where it is logarithmic', () => {
    const [low, high] = padded(0.001, 1, true);
    assert.ok(low > 0 && low < 0.001 && high > 1);
  });

  it('has marks of equal steps over less than a power of ten, and 1, 2, 5 or powers alone over more', () => {
    const equal = valueTicks(1, 2, 5, true);
    assert.deepEqual(equal, valueTicks(1, 2, 5, false));
    assert.ok(equal.length >= 3);
    assert.deepEqual(valueTicks(0.1, 10, 5, true), [0.1, 0.2, 0.5, 1, 2, 5, 10]);
    assert.deepEqual(valueTicks(1e-5, 1, 5, true), [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
  });
});
