import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom, normal } from '../../base/random';
import { createCpuDevice } from '../../compute/cpu/cpu-device';
import { blockOf, combined, orthonormal, products, rowOf, type Block } from './blocks';
import { DeviceProducts, differenceOf } from './device-products';
import { leadingPart, sketchedPart, type LeadingPart } from './leading-part';
import { symmetricEigen } from './symmetric-eigen';

const device = createCpuDevice({ threads: 1 });

function drawn(count: number, width: number, seed: number): Block {
  const random = createRandom(seed);
  return blockOf(
    Float64Array.from({ length: count * width }, () => normal(() => random.nextFloat())),
    width,
  );
}

/** A matrix with these singular values, and their vectors. */
function matrixOf(
  rows: number,
  cols: number,
  values: readonly number[],
): { left: Block; right: Block; w: Float32Array } {
  const [left, right] = [orthonormal(drawn(values.length, rows, 1)), orthonormal(drawn(values.length, cols, 2))];
  const w = new Float32Array(rows * cols);
  values.forEach((value, i) => {
    rowOf(left, i).forEach((u, row) => {
      rowOf(right, i).forEach((v, col) => {
        w[row * cols + col]! += value * u * v;
      });
    });
  });
  return { left, right, w };
}

function productsOf(w: Float32Array, rows: number, cols: number): DeviceProducts {
  const data = device.alloc('f32', w.length);
  device.write(data, w);
  return new DeviceProducts(device, { kind: 'dense', data, rows, cols });
}

function drawing(seed = 5): () => number {
  const random = createRandom(seed);
  return () => random.nextFloat();
}

/** U S Vᵀ [rows, cols] */
function productOf({ values, left, right }: LeadingPart): Float64Array {
  const product = new Float64Array(left.width * right.width);
  values.forEach((value, i) => {
    rowOf(left, i).forEach((u, row) => {
      rowOf(right, i).forEach((v, col) => {
        product[row * right.width + col]! += value * u * v;
      });
    });
  });
  return product;
}

function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

const falling = (count: number): number[] => Array.from({ length: count }, (_, i) => 9 * 0.93 ** i);
const SHAPES = [
  [40, 25],
  [150, 220],
  [220, 150],
] as const;

describe('the leading part of a matrix', () => {
  for (const [rows, cols] of SHAPES) {
    it(`is what made it, ${rows} x ${cols}`, async () => {
      const all = falling(25);
      const { left, right, w } = matrixOf(rows, cols, all);
      const part = await leadingPart(productsOf(w, rows, cols), 6, drawing());
      part.values.forEach((value, i) => {
        assert.ok(Math.abs(value - all[i]!) < 1e-5 * all[0]!, `value ${i}: ${value} for ${all[i]}`);
      });
      const known: LeadingPart = {
        values: Float64Array.from(all.slice(0, 6)),
        left: blockOf(left.values.slice(0, 6 * rows), rows),
        right: blockOf(right.values.slice(0, 6 * cols), cols),
      };
      assert.ok(apart(productOf(part), productOf(known)) < 1e-4 * all[0]!);
    });

    it(`leaves of a matrix without a tail to speak of no more than the best does, ${rows} x ${cols}`, async () => {
      const { values } = drawn(rows, cols, 7);
      const w = Float32Array.from(values);
      const part = await leadingPart(productsOf(w, rows, cols), 5, drawing());
      const { values: squares } = symmetricEigen(products(blockOf(values, cols), blockOf(values, cols)), rows);
      part.values.forEach((value, i) => {
        assert.ok(Math.abs(value / Math.sqrt(squares[i]!) - 1) < 1e-5, `value ${i}`);
      });
      const best = squares.slice(5).reduce((sum, square) => sum + Math.max(0, square), 0);
      assert.ok(apart(w, productOf(part)) ** 2 < best * (1 + 1e-5));
    });

    it(`is found roughly by a sketch, ${rows} x ${cols}`, async () => {
      const all = falling(25);
      const { w } = matrixOf(rows, cols, all);
      const best = Math.sqrt(all.slice(6).reduce((sum, value) => sum + value ** 2, 0));
      const left = async (iterations: number): Promise<number> =>
        apart(w, productOf(await sketchedPart(productsOf(w, rows, cols), 6, iterations, drawing(3)))) / best;
      const [none, four] = [await left(0), await left(4)];
      assert.ok(four >= 1 - 1e-6 && four < 1.02, String(four));
      assert.ok(none > four);
    });
  }

  it('is the whole where no more is there, and zero where nothing is', async () => {
    const { w } = matrixOf(30, 20, [3, 2]);
    const part = await leadingPart(productsOf(w, 30, 20), 4, drawing());
    assert.ok(apart(w, productOf(part)) < 1e-5);
    const all = await leadingPart(productsOf(w, 30, 20), 20, drawing());
    assert.ok(apart(w, productOf(all)) < 1e-5);
    const nothing = await leadingPart(productsOf(new Float32Array(600), 30, 20), 4, drawing());
    assert.ok(productOf(nothing).every((value) => value === 0));
  });

  it('of a difference', async () => {
    const [one, other] = [matrixOf(30, 20, [5, 4, 1]).w, Float32Array.from(drawn(30, 20, 9).values)];
    const sum = one.map((value, i) => value + other[i]!);
    const difference = differenceOf(productsOf(sum, 30, 20), productsOf(other, 30, 20));
    assert.ok(apart(one, productOf(await leadingPart(difference, 3, drawing()))) < 1e-4);
  });
});

describe('eigenvalues of a symmetric matrix', () => {
  for (const n of [1, 2, 3, 8, 60]) {
    it(`${n} of them, with vectors that stand on each other`, () => {
      const known = Array.from({ length: n }, (_, i) => (i % 3 === 2 ? 2 : n - i)).sort((a, b) => b - a);
      const basis = orthonormal(drawn(n, n, 4));
      const scaled = blockOf(
        basis.values.map((value, at) => value * known[Math.floor(at / n)]!),
        n,
      );
      const transposed = (block: Block): Block =>
        blockOf(
          block.values.map((_, at) => block.values[(at % n) * n + Math.floor(at / n)]!),
          n,
        );
      const matrix = products(transposed(basis), transposed(scaled));
      const { values, vectors } = symmetricEigen(matrix, n);
      values.forEach((value, i) => {
        assert.ok(Math.abs(value - known[i]!) < 1e-10 * n, `${value} for ${known[i]}`);
      });
      const found = blockOf(vectors, n);
      const images = combined(vectors, n, blockOf(matrix, n));
      for (let i = 0; i < n; i++) {
        const expected = rowOf(found, i).map((value) => value * values[i]!);
        assert.ok(apart(rowOf(images, i), expected) < 1e-9 * n);
      }
      products(found, found).forEach((value, at) => {
        assert.ok(Math.abs(value - (at % n === Math.floor(at / n) ? 1 : 0)) < 1e-12);
      });
    });
  }
});
