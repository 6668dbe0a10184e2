import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { decodeBf16, decodeF16, encodeBf16, encodeF16 } from './half';
import { assertClose, assertSame, randomIndices, randoms } from './numbers';

const ROUND = {
  f32: (x: number) => x,
  bf16: (x: number) => decodeBf16(encodeBf16(x)),
  f16: (x: number) => decodeF16(encodeF16(x)),
};

export function rowsSuite(device: () => Device): void {
  void describe('gatherRows and scatterRows', () => {
    for (const dtype of ['f32', 'bf16', 'f16'] as const) {
      void it(`gathers rows of a ${dtype} table`, () =>
        onBench(device(), async (b) => {
          const [rows, cols, n] = [19, 37, 50];
          const table = randoms(rows * cols, 1);
          const ids = randomIndices(n, rows, 2);
          const y = b.zeros(n * cols);
          b.kernels.gatherRows(y, b.matrix(dtype, table, rows, cols), b.indices(ids), n);
          const expected = Float32Array.from({ length: n * cols }, (_, i) =>
            ROUND[dtype](table[ids[Math.floor(i / cols)]! * cols + (i % cols)]!),
          );
          assertSame(await b.read(y), expected, 'y');
        }));
    }

    for (const cols of [1, 16, 75]) {
      void it(`adds rows of ${cols} up where an id repeats`, () =>
        onBench(device(), async (b) => {
          const [rows, n] = [5, 40];
          const [start, x] = [randoms(rows * cols, 3), randoms(n * cols, 4)];
          const ids = randomIndices(n, rows, 5);
          const table = b.floats(start);
          b.kernels.scatterRows(table, b.floats(x), b.indices(ids), n, cols, 1);
          const expected = Float64Array.from(start);
          x.forEach((value, i) => {
            expected[ids[Math.floor(i / cols)]! * cols + (i % cols)]! += value;
          });
          assertClose(await b.read(table), expected, 2e-6, 'table');
        }));
    }

    void it('replaces rows with beta 0 and leaves the others alone', () =>
      onBench(device(), async (b) => {
        const [start, x] = [randoms(4 * 21, 6), randoms(2 * 21, 7)];
        start.fill(NaN, 21, 42);
        const table = b.floats(start);
        b.kernels.scatterRows(table, b.floats(x), b.indices([3, 1]), 2, 21, 0);
        const expected = start.slice();
        expected.set(x.subarray(0, 21), 63);
        expected.set(x.subarray(21), 21);
        assertSame(await b.read(table), expected, 'table');
      }));
  });
}
