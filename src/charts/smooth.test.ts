import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Smoothed } from './smooth';

describe('smoothing', () => {
  const curve = Float64Array.from({ length: 50 }, (_, at) => 3 - at / 50 + (at % 3) / 10);

  it('is the weighted mean of what came before, without a pull to 0 at the start', () => {
    const smoothed = new Smoothed(0.9);
    smoothed.follow(curve, 0);
    for (const at of [0, 1, 7, 49]) {
      let [sum, weights] = [0, 0];
      for (let past = 0; past <= at; past++) {
        sum += 0.9 ** (at - past) * curve[past]!;
        weights += 0.9 ** (at - past);
      }
      assert.ok(Math.abs(smoothed.values[at]! - sum / weights) < 1e-12);
    }
  });

  it('leaves the curve as it is at weight 0', () => {
    const smoothed = new Smoothed(0);
    smoothed.follow(curve, 0);
    assert.deepEqual(smoothed.values, curve);
  });

  it('gives the same in pieces, and after a cut', () => {
    const whole = new Smoothed(0.6);
    whole.follow(curve, 0);
    const pieces = new Smoothed(0.6);
    pieces.follow(curve.subarray(0, 20), 0);
    pieces.follow([...curve.subarray(0, 10), ...Array<number>(25).fill(9)], 10);
    pieces.follow(curve, 10);
    assert.deepEqual(pieces.values, whole.values);
  });
});
