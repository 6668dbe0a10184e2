import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { assertClose, assertSame, dot, numericalGradient, randoms } from './numbers';

type Numbers = ArrayLike<number>;

/** x [rows, cols] with each column times its factor over its norm. */
function scaled(x: Numbers, factors: Numbers, norms: Numbers): Float64Array {
  const cols = factors.length;
  return Float64Array.from(x, (value, i) => (value * factors[i % cols]!) / norms[i % cols]!);
}

export function magnitudeSuite(device: () => Device): void {
  void describe('rowNorms, scaleRows and scaleColumns', () => {
    for (const cols of [1, 15, 16, 33, 200]) {
      void it(`on rows of ${cols}`, () =>
        onBench(device(), async (b) => {
          const rows = 70;
          const [x, dy] = [randoms(rows * cols, 1), randoms(rows * cols, 2)];
          const lengths = Float64Array.from({ length: rows }, (_, r) =>
            Math.hypot(...x.subarray(r * cols, (r + 1) * cols)),
          );
          const norms = b.zeros(rows);
          b.kernels.rowNorms(norms, b.floats(x), rows, cols);
          assertClose(await b.read(norms), lengths, 1e-6, 'norms');

          const factors = randoms(rows, 3);
          const scaledRows = b.floats(x);
          b.kernels.scaleRows(scaledRows, b.floats(factors), norms, rows, cols);
          const expected = Float64Array.from(x, (value, i) => {
            const row = Math.floor(i / cols);
            return (value * factors[row]!) / lengths[row]!;
          });
          assertClose(await b.read(scaledRows), expected, 1e-6, 'rows');

          const [perColumn, divisors] = [randoms(cols, 4), randoms(cols, 5).map((v) => 1 + v * v)];
          const [m, n] = [b.floats(perColumn), b.floats(divisors)];
          const start = randoms(rows * cols, 6);
          const whole = scaled(x, perColumn, divisors);
          const [added, over] = [b.floats(start), b.floats(x)];
          b.kernels.scaleColumns(added, b.floats(x), m, n, rows, cols, 1);
          b.kernels.scaleColumns(over, over, m, n, rows, cols, 0);
          assertClose(
            await b.read(added),
            whole.map((value, i) => value + start[i]!),
            1e-6,
            'y added to',
          );
          assertClose(await b.read(over), whole, 1e-6, 'y instead of x');

          const before = randoms(cols, 7);
          const dm = b.floats(before);
          b.kernels.scaleColumnsBackward(dm, b.floats(dy), b.floats(x), n, rows, cols);
          const slopes = numericalGradient((at) => dot(scaled(x, at, divisors), dy), perColumn);
          assertClose(
            await b.read(dm),
            slopes.map((value, i) => value + before[i]!),
            1e-4,
            'dfactors',
          );
        }));
    }

    void it('a row of zeros has a length that can divide, and one with NaN has none', () =>
      onBench(device(), async (b) => {
        const [norms, x] = [b.zeros(2), b.floats([0, 0, 0, NaN, 1, 2])];
        b.kernels.rowNorms(norms, x, 2, 3);
        const [zero, nan] = await b.read(norms);
        assertSame(Float32Array.of(zero!, nan!), Float32Array.of(2 ** -126, NaN), 'norms');
        b.kernels.scaleRows(x, b.zeros(2), norms, 2, 3);
        assertSame((await b.read(x)).subarray(0, 3), new Float32Array(3), 'a row of zeros of length 0');
      }));
  });
}
