import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { decodeBf16, decodeF16, encodeBf16, encodeF16 } from './half';
import { assertClose, dot, numericalGradient, randomIndices, randoms } from './numbers';
import * as reference from './reference';

const SHAPES = [
  [1, 1, 1],
  [1, 37, 70],
  [3, 5, 33],
  [7, 64, 16],
  [19, 130, 47],
  [70, 33, 129],
] as const;

/** Few rows, many, and a matrix that is read in parts. */
const DELTA_SHAPES = [
  [3, 5, 33],
  [19, 130, 47],
  [50, 130, 700],
] as const;
const RANK = 5;

const ROUNDED = {
  f32: (x: Float32Array) => x,
  bf16: (x: Float32Array) => x.map((value) => decodeBf16(encodeBf16(value))),
  f16: (x: Float32Array) => x.map((value) => decodeF16(encodeF16(value))),
};
const DTYPES = ['f32', 'bf16', 'f16'] as const;

/** d loss / dx at up to 40 places of x, as a map from place to derivative. The loss is linear in x: a wide step loses nothing. */
function slopes(loss: (x: Float64Array) => number, x: Float32Array): Map<number, number> {
  const places = [...new Set(x.length <= 40 ? x.keys() : randomIndices(40, x.length, 13))];
  const gradient = numericalGradient(
    (at) => {
      const moved = Float64Array.from(x);
      places.forEach((place, i) => {
        moved[place] = at[i]!;
      });
      return loss(moved);
    },
    places.map((place) => x[place]!),
    0.5,
  );
  return new Map(places.map((place, i) => [place, gradient[i]!]));
}

function transposed(x: Float32Array, rows: number, cols: number): Float32Array {
  return x.map((_, i) => x[(i % rows) * cols + Math.floor(i / rows)]!);
}

/** The matrix products and the bias. */
export function linearSuite(device: () => Device): void {
  void describe('linear', () => {
    for (const dtype of DTYPES) {
      for (const [m, n, k] of SHAPES) {
        void it(`y = x Wᵀ and dx = dy W with ${dtype} weights, m ${m}, n ${n}, k ${k}`, () =>
          onBench(device(), async (b) => {
            const [x, dy] = [randoms(m * k, 1), randoms(m * n, 2)];
            const w = ROUNDED[dtype](randoms(n * k, 3));
            const matrix = b.matrix(dtype, w, n, k);
            const y = b.zeros(m * n);
            b.kernels.fill(y, NaN);
            b.kernels.linear(y, b.floats(x), matrix, m);
            const expected = reference.linear(x, w, m, n, k);
            assertClose(await b.read(y), expected, device().traits.tolerance.product, 'y');

            const start = randoms(m * n, 4);
            const sum = b.floats(start);
            b.kernels.linear(sum, b.floats(x), matrix, m, { alpha: -0.75, beta: 1 });
            const accumulated = expected.map((value, i) => start[i]! - 0.75 * value);
            assertClose(await b.read(sum), accumulated, device().traits.tolerance.product, 'beta y + alpha x Wᵀ');

            const before = randoms(m * k, 5);
            const dx = b.floats(before);
            b.kernels.linearBackwardInput(dx, b.floats(dy), matrix, m, { alpha: 2, beta: 1 });
            const got = await b.read(dx);
            for (const [place, slope] of slopes((at) => dot(reference.linear(at, w, m, n, k), dy), x)) {
              assertClose(
                [got[place]!],
                [before[place]! + 2 * slope],
                device().traits.tolerance.product,
                `dx at ${place}`,
              );
            }
            // And the whole of it: dx = dy W.
            const plain = reference.linear(dy, transposed(w, n, k), m, k, n);
            assertClose(
              got,
              plain.map((g, i) => before[i]! + 2 * g),
              device().traits.tolerance.product,
              'dx',
            );
          }));
      }
    }

    for (const [m, n, k] of DELTA_SHAPES) {
      for (const dtype of DTYPES) {
        void it(`adds a thin product to one with ${dtype} weights, m ${m}, n ${n}, k ${k}`, () =>
          onBench(device(), async (b) => {
            const { product } = device().traits.tolerance;
            const [x, dy, p, start] = [randoms(m * k, 1), randoms(m * n, 2), randoms(m * RANK, 3), randoms(m * n, 4)];
            const w = ROUNDED[dtype](randoms(n * k, 5, 0.1));
            const matrix = b.matrix(dtype, w, n, k);
            const up = randoms(n * RANK, 6);
            const y = b.floats(start);
            const forward = { p: b.floats(p), u: b.matrix('f32', up, n, RANK), alpha: 0.75 };
            b.kernels.linear(y, b.floats(x), matrix, m, { beta: 1, delta: forward });
            const sum = (one: ArrayLike<number>, thin: ArrayLike<number>, alpha: number): Float64Array =>
              Float64Array.from(one, (value, i) => value + alpha * thin[i]!);
            const whole = sum(reference.linear(x, w, m, n, k), reference.linear(p, up, m, n, RANK), 0.75);
            assertClose(await b.read(y), sum(whole, start, 1), product, 'y');

            const down = randoms(RANK * k, 7);
            const dx = b.zeros(m * k);
            b.kernels.fill(dx, NaN);
            const backward = { p: b.floats(p), u: b.matrix('f32', down, RANK, k), alpha: -2 };
            b.kernels.linearBackwardInput(dx, b.floats(dy), matrix, m, { delta: backward });
            const plain = reference.linear(dy, transposed(w, n, k), m, k, n);
            const thin = reference.linear(p, transposed(down, RANK, k), m, k, RANK);
            assertClose(await b.read(dx), sum(plain, thin, -2), product, 'dx');
          }));
      }
    }

    for (const [m, n, k] of SHAPES) {
      void it(`dw = dyᵀ x, m ${m}, n ${n}, k ${k}`, () =>
        onBench(device(), async (b) => {
          const [x, dy, w] = [randoms(m * k, 6), randoms(m * n, 7), randoms(n * k, 8)];
          const dw = b.zeros(n * k);
          b.kernels.fill(dw, NaN);
          b.kernels.linearBackwardWeight(dw, b.floats(dy), b.floats(x), m, n, k);
          const got = await b.read(dw);
          for (const [place, slope] of slopes((at) => dot(reference.linear(x, at, m, n, k), dy), w)) {
            assertClose([got[place]!], [slope], device().traits.tolerance.product, `dw at ${place}`);
          }
          const gradient = reference.linear(transposed(dy, m, n), transposed(x, m, k), n, k, m);
          assertClose(got, gradient, device().traits.tolerance.product, 'dw');
          const sum = b.floats(w);
          b.kernels.linearBackwardWeight(sum, b.floats(dy), b.floats(x), m, n, k, { alpha: 0.5, beta: 1 });
          assertClose(
            await b.read(sum),
            gradient.map((g, i) => w[i]! + 0.5 * g),
            device().traits.tolerance.product,
            'beta dw + alpha dyᵀ x',
          );
        }));
    }

    for (const dtype of DTYPES) {
      void it(`adds a ${dtype} bias and sums its gradient over the rows`, () =>
        onBench(device(), async (b) => {
          const [m, n] = [131, 37];
          const [y, dy, start] = [randoms(m * n, 9), randoms(m * n, 10), randoms(n, 11)];
          const bias = ROUNDED[dtype](randoms(n, 12));
          const to = b.floats(y);
          b.kernels.addBias(to, b.stored(dtype, bias), m, n);
          assertClose(
            await b.read(to),
            y.map((value, i) => value + bias[i % n]!),
            1e-6,
            'y',
          );
          const db = b.floats(start);
          b.kernels.addBiasBackward(db, b.floats(dy), m, n);
          const expected = Float64Array.from(start);
          dy.forEach((g, i) => {
            expected[i % n]! += g;
          });
          assertClose(await b.read(db), expected, device().traits.tolerance.product, 'db');
        }));
    }
  });
}
