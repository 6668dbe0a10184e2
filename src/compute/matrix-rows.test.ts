import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { createCpuDevice } from './cpu/cpu-device';
import { dynamicMap } from './dynamic-map';
import { writeIndices } from './indices';
import { canCut, matrixRows } from './matrix-rows';
import type { Nf4Matrix, WeightMatrix } from './memory';
import { allocNf4 } from './nf4';

const device = createCpuDevice({ threads: 1 });

/** A random matrix in 4 bits, its scales in 8 bits or in fp32. */
function quantised(rows: number, cols: number, nested: boolean): Nf4Matrix {
  const random = createRandom(3);
  const values = device.alloc('f32', rows * cols);
  device.write(
    values,
    Float32Array.from({ length: rows * cols }, () => random.nextFloat() - 0.5),
  );
  const map = device.alloc('f32', 256);
  device.write(map, dynamicMap(true));
  const matrix = allocNf4(device, rows, cols, nested ? map : undefined);
  const r = device.begin();
  r.quantizeNf4(matrix, values);
  device.submit(r);
  return matrix;
}

async function rowsOf(matrix: WeightMatrix): Promise<Float32Array> {
  const ids = Int32Array.from({ length: matrix.rows }, (_, row) => row);
  const y = device.alloc('f32', matrix.rows * matrix.cols);
  const r = device.begin();
  r.gatherRows(y, matrix, writeIndices(device, device.alloc('i32', ids.length), ids), ids.length);
  device.submit(r);
  return device.readFloats(y);
}

describe('rows of a matrix', () => {
  for (const [what, matrix, from, count] of [
    ['fp32 scales', quantised(10, 96, false), 2, 5],
    ['8-bit scales', quantised(300, 128, true), 128, 60],
    ['8-bit scales, to the last row', quantised(300, 128, true), 256, 44],
  ] as const) {
    it(`in 4 bits, ${what}: the values that they have in the whole, bit for bit`, async () => {
      const whole = await rowsOf(matrix);
      const { cols } = matrix;
      assert.deepEqual(await rowsOf(matrixRows(matrix, from, count)), whole.slice(from * cols, (from + count) * cols));
    });
  }

  it('begin where a block of scales does', () => {
    assert.deepEqual(
      [1, 2].map((row) => canCut(quantised(10, 96, false), row)),
      [false, true],
    );
    assert.deepEqual(
      [2, 127, 128].map((row) => canCut(quantised(300, 128, true), row)),
      [false, false, true],
    );
    assert.throws(() => matrixRows(quantised(10, 96, false), 1, 2), RangeError);
  });
});
