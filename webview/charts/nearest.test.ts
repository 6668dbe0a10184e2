import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest } from './nearest';

describe('the step nearest to the pointer', () => {
  it('is the lower one of two that are equally near', () => {
    const steps = Float64Array.of(10, 20, 40);
    assert.deepEqual(
      [-5, 10, 15, 16, 29, 31, 99].map((x) => nearest(steps, x)),
      [0, 0, 0, 1, 1, 2, 2],
    );
    assert.equal(nearest(new Float64Array(), 1), undefined);
  });
});
