import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { decodeBf16, encodeBf16 } from './half';
import { assertClose, dot, numericalGradient, randoms } from './numbers';
import * as reference from './reference';

const EPS = 1e-5;
const SHAPES = [
  [1, 1],
  [2, 7],
  [5, 64],
  [3, 83],
  [70, 37],
] as const;

export function normSuite(device: () => Device): void {
  void describe('rmsNorm', () => {
    for (const [rows, dim] of SHAPES) {
      void it(`forward and backward, ${rows} rows of ${dim}`, () =>
        onBench(device(), async (b) => {
          const [x, w, dy] = [randoms(rows * dim, 1, 3), randoms(dim, 2), randoms(rows * dim, 3)];
          const y = b.zeros(rows * dim);
          const [xs, ws, dys] = [b.floats(x), b.floats(w), b.floats(dy)];
          b.kernels.rmsNorm(y, xs, ws, rows, dim, EPS);
          assertClose(await b.read(y), reference.rmsNorm(x, w, rows, dim, EPS), 2e-6, 'y');

          const dx = b.zeros(rows * dim);
          b.kernels.fill(dx, NaN);
          const start = randoms(dim, 4);
          const dweight = b.floats(start);
          b.kernels.rmsNormBackward(dx, dys, xs, ws, rows, dim, EPS, { beta: 0, dweight });
          const byX = numericalGradient((at) => dot(reference.rmsNorm(at, w, rows, dim, EPS), dy), x);
          const byW = numericalGradient((at) => dot(reference.rmsNorm(x, at, rows, dim, EPS), dy), w);
          assertClose(await b.read(dx), byX, 1e-5, 'dx');
          assertClose(
            await b.read(dweight),
            byW.map((g, i) => g + start[i]!),
            1e-5,
            'dweight',
          );

          const sum = b.floats(x);
          b.kernels.rmsNormBackward(sum, dys, xs, ws, rows, dim, EPS, { beta: 1 });
          assertClose(
            await b.read(sum),
            byX.map((g, i) => g + x[i]!),
            1e-5,
            'dx added to',
          );
        }));
    }

    void it('adds its weight to an offset', () =>
      onBench(device(), async (b) => {
        const [rows, dim, offset] = [5, 37, 1];
        const [x, w, dy] = [randoms(rows * dim, 11, 3), randoms(dim, 12), randoms(rows * dim, 13)];
        const [xs, ws, y, dx, dweight] = [b.floats(x), b.floats(w), b.zeros(rows * dim), b.floats(dy), b.zeros(dim)];
        b.kernels.rmsNorm(y, xs, ws, rows, dim, EPS, offset);
        assertClose(await b.read(y), reference.rmsNorm(x, w, rows, dim, EPS, offset), 2e-6, 'y');
        b.kernels.rmsNormBackward(dx, dx, xs, ws, rows, dim, EPS, { beta: 0, dweight, offset });
        const byX = numericalGradient((at) => dot(reference.rmsNorm(at, w, rows, dim, EPS, offset), dy), x);
        const byW = numericalGradient((at) => dot(reference.rmsNorm(x, at, rows, dim, EPS, offset), dy), w);
        assertClose(await b.read(dx), byX, 1e-5, 'dx');
        assertClose(await b.read(dweight), byW, 1e-5, 'dweight');
      }));

    void it('takes a bf16 weight, and writes in place', () =>
      onBench(device(), async (b) => {
        const [rows, dim] = [9, 40];
        const [x, dy] = [randoms(rows * dim, 5), randoms(rows * dim, 6)];
        const w = randoms(dim, 7).map((value) => decodeBf16(encodeBf16(value)));
        const weight = b.stored('bf16', w);
        const y = b.floats(x);
        b.kernels.rmsNorm(y, y, weight, rows, dim, EPS);
        assertClose(await b.read(y), reference.rmsNorm(x, w, rows, dim, EPS), 2e-6, 'y');
        const dx = b.floats(dy);
        const dweight = b.zeros(dim);
        b.kernels.rmsNormBackward(dx, dx, b.floats(x), weight, rows, dim, EPS, { beta: 0, dweight });
        const byX = numericalGradient((at) => dot(reference.rmsNorm(at, w, rows, dim, EPS), dy), x);
        const byW = numericalGradient((at) => dot(reference.rmsNorm(x, at, rows, dim, EPS), dy), w);
        assertClose(await b.read(dx), byX, 1e-5, 'dx');
        assertClose(await b.read(dweight), byW, 1e-5, 'dweight');
      }));

    void it('spreads a NaN over its row and over no other', () =>
      onBench(device(), async (b) => {
        const x = randoms(3 * 20, 8);
        x[27] = NaN;
        const y = b.zeros(60);
        b.kernels.rmsNorm(y, b.floats(x), b.floats(randoms(20, 9)), 3, 20, EPS);
        const got = await b.read(y);
        assert.equal(got.length, 60);
        got.forEach((value, i) => {
          assert.equal(Number.isNaN(value), i >= 20 && i < 40, `y[${i}] is ${value}`);
        });
      }));
  });
}
