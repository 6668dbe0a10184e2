import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { pairAt } from '../../src/compute/pairs';
import { onBench } from './bench';
import { assertClose, assertSame, randoms } from './numbers';
import * as reference from './reference';

const STEP = { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1 };

export function optimizerSuite(device: () => Device): void {
  void describe('sumRanges, clip and adamw', () => {
    for (const n of [1, 31, 1000]) {
      void it(`makes three updates of ${n} parameters`, () =>
        onBench(device(), async (b) => {
          const start = randoms(n, 1);
          const [p, m, v] = [b.floats(start), b.zeros(n), b.zeros(n)];
          const [rp, rm, rv] = [Float64Array.from(start), new Float64Array(n), new Float64Array(n)];
          for (let step = 1; step <= 3; step++) {
            const grad = randoms(n, 1 + step, 10 ** (1 - step));
            b.kernels.adamw(p, b.floats(grad), m, v, { ...STEP, step }, b.floats([0, 0, 0.5, 1]));
            reference.adamw(rp, grad, rm, rv, { ...STEP, step }, 0.5);
          }
          assertClose(await b.read(p), rp, 1e-6, 'p');
          assertClose(await b.read(m), rm, 1e-6, 'm');
          assertClose(await b.read(v), rv, 1e-6, 'v');
        }));
    }

    void it('changes nothing where the verdict is that something is not finite', () =>
      onBench(device(), async (b) => {
        const given = [randoms(100, 1), randoms(100, 2), randoms(100, 3)];
        const [p, m, v] = given.map((values) => b.floats(values));
        b.kernels.adamw(p!, b.floats(randoms(100, 4)), m!, v!, { ...STEP, step: 7 }, b.floats([NaN, 0, 1, 0]));
        for (const [i, buffer] of [p!, m!, v!].entries()) assertSame(await b.read(buffer), given[i]!, `state ${i}`);
      }));

    for (const n of [0, 1, 17, 16384, 100_003]) {
      void it(`takes the norm of ${n} numbers, and clips it`, () =>
        onBench(device(), async (b) => {
          const x = randoms(n, 4, 100);
          const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
          const [gradients, sums, verdict] = [b.floats(x), b.floats([1, 0, 2, 0]), b.zeros(4)];
          for (const maxNorm of [0, 1, norm / 3, 1e9]) {
            b.kernels.clip(verdict, gradients, sums, maxNorm);
            const got = await b.read(verdict);
            assert.ok(Math.abs(pairAt(got, 0) - norm) <= 1e-13 * norm, `${pairAt(got, 0)}, expected ${norm}`);
            const factor = maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1;
            assertClose([got[2]!, got[3]!], [factor, 1], 1e-7, `factor of ${maxNorm}`);
          }
        }));
    }

    void it('says that something is not finite: in the gradients, in a sum', () =>
      onBench(device(), async (b) => {
        const [good, sums, verdict] = [b.floats([3, 4]), b.floats([1, 0]), b.zeros(4)];
        for (const bad of [NaN, Infinity, -Infinity, 3e38]) {
          b.kernels.clip(verdict, b.floats([bad, bad]), sums, 1);
          // 3e38 squared leaves fp32, not the double that the norm is taken in.
          assert.equal((await b.read(verdict))[3], bad === 3e38 ? 1 : 0, String(bad));
          if (bad === 3e38) continue;
          b.kernels.clip(verdict, good, b.floats([1, 0, bad, 0]), 1);
          assert.equal((await b.read(verdict))[3], 0, `a sum of ${bad}`);
        }
        b.kernels.clip(verdict, good, sums, 1);
        assert.equal((await b.read(verdict))[3], 1);
      }));

    void it('sums ranges, empty ones too, to 48 bits', () =>
      onBench(device(), async (b) => {
        const x = randoms(5000, 6, 10);
        const offsets = [0, 1, 1, 700, 4999, 5000];
        const sums = b.zeros(2 * (offsets.length - 1));
        b.kernels.sumRanges(sums, b.floats(x), b.indices(offsets));
        const got = await b.read(sums);
        for (let i = 0; i + 1 < offsets.length; i++) {
          const expected = x.subarray(offsets[i], offsets[i + 1]).reduce((sum, value) => sum + value, 0);
          assertClose([pairAt(got, 2 * i)], [expected], 1e-13, `range ${i}`);
        }
        b.kernels.sumRanges(sums.slice(0, 2), b.floats([1, Infinity]), b.indices([0, 2]));
        assert.equal(pairAt(await b.read(sums), 0), Infinity);
      }));
  });
}
