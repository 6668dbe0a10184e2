import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { dither } from './dither';

describe('dither', () => {
  for (const [type, step] of [
    ['bf16', 2 ** -7],
    ['f16', 2 ** -10],
  ] as const) {
    it(`${type}: what is added stays on the whole, in steps of the type`, () => {
      const added = step / 10;
      const values = new Float32Array(100_001).fill(-1 - added);
      dither(values, type, createRandom(1));
      assert.deepEqual([...new Set(values)].sort(), [-1, -1 - step]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      // 0.3 of a step is one value's deviation: five of the mean's.
      assert.ok(Math.abs(mean + 1 + added) < (5 * 0.3 * step) / Math.sqrt(values.length), String(mean));
    });

    it(`${type}: what it holds stays as it is`, () => {
      const held = [0, -0, 1, -1.5, 2 ** -14, 1 + step, 60_000 - (60_000 % 256)];
      const values = Float32Array.from(held);
      dither(values, type, createRandom(1));
      assert.deepEqual([...values], held);
    });
  }
});
