import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { assertClose, randoms } from './numbers';
import * as reference from './reference';

export function optimizerSuite(device: () => Device): void {
  void describe('adamw and sumSquares', () => {
    for (const n of [1, 31, 1000]) {
      void it(`makes three updates of ${n} parameters`, () =>
        onBench(device(), async (b) => {
          const start = randoms(n, 1);
          const [p, m, v] = [b.floats(start), b.zeros(n), b.zeros(n)];
          const [rp, rm, rv] = [Float64Array.from(start), new Float64Array(n), new Float64Array(n)];
          for (let step = 1; step <= 3; step++) {
            const grad = randoms(n, 1 + step, 10 ** (1 - step));
            const settings = {
              learningRate: 1e-2,
              beta1: 0.9,
              beta2: 0.999,
              eps: 1e-8,
              weightDecay: 0.1,
              step,
              gradScale: 0.5,
            };
            b.device.adamw(p, b.floats(grad), m, v, settings);
            reference.adamw(rp, grad, rm, rv, settings);
          }
          assertClose(await b.read(p), rp, 1e-6, 'p');
          assertClose(await b.read(m), rm, 1e-6, 'm');
          assertClose(await b.read(v), rv, 1e-6, 'v');
        }));
    }

    for (const n of [0, 1, 17, 16384, 100_003]) {
      void it(`sums ${n} squares in double precision`, () =>
        onBench(device(), async (b) => {
          const x = randoms(n, 4, 100);
          const expected = x.reduce((sum, value) => sum + value * value, 0);
          const got = await b.device.sumSquares(b.floats(x));
          assert.ok(Math.abs(got - expected) <= 1e-13 * expected, `${got}, expected ${expected}`);
        }));
    }
  });
}
