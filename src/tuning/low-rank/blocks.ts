/** Vectors as the rows of a matrix [count, width], fp64. */
export interface Block {
  readonly values: Float64Array;
  readonly count: number;
  readonly width: number;
}

/** A vector that loses more than this of its length to others adds nothing to them. */
const LEAST_LEFT = 1e-10;

export function blockOf(values: Float64Array, width: number): Block {
  return { values, count: values.length / width, width };
}

export function rowOf({ values, width }: Block, row: number): Float64Array {
  return values.subarray(row * width, (row + 1) * width);
}

/** The first rows. */
export function firstRows({ values, width }: Block, count: number): Block {
  return { values: values.subarray(0, count * width), count, width };
}

/** Rows of all blocks, in their order. */
export function stacked(blocks: readonly Block[]): Block {
  const { width } = blocks[0]!;
  const values = new Float64Array(blocks.reduce((sum, block) => sum + block.values.length, 0));
  let at = 0;
  for (const block of blocks) {
    values.set(block.values, at);
    at += block.values.length;
  }
  return blockOf(values, width);
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** a bᵀ [a.count, b.count] */
export function products(a: Block, b: Block): Float64Array {
  const result = new Float64Array(a.count * b.count);
  for (let i = 0; i < a.count; i++) {
    const row = rowOf(a, i);
    for (let j = 0; j < b.count; j++) result[i * b.count + j] = dot(row, rowOf(b, j));
  }
  return result;
}

/** The first `count` rows of `factors` [*, block.count] times the block. */
export function combined(factors: Float64Array, count: number, block: Block): Block {
  const result = blockOf(new Float64Array(count * block.width), block.width);
  for (let i = 0; i < count; i++) {
    const row = rowOf(result, i);
    for (let j = 0; j < block.count; j++) add(row, rowOf(block, j), factors[i * block.count + j]!);
  }
  return result;
}

/** Vectors of length 1 that stand on each other and on those of `others`, and reach with them what the block reaches. */
export function orthonormal(block: Block, others: readonly Block[] = []): Block {
  const { width } = block;
  const values = new Float64Array(block.values.length);
  let count = 0;
  for (let i = 0; i < block.count; i++) {
    const row = Float64Array.from(rowOf(block, i));
    const before = Math.sqrt(dot(row, row));
    // Once leaves what rounding leaves; twice is enough (Giraud et al. 2005).
    for (let pass = 0; pass < 2; pass++) {
      for (const other of [...others, blockOf(values.subarray(0, count * width), width)]) {
        for (let j = 0; j < other.count; j++) add(row, rowOf(other, j), -dot(row, rowOf(other, j)));
      }
    }
    const left = Math.sqrt(dot(row, row));
    if (!(left > LEAST_LEFT * before)) continue;
    for (let k = 0; k < width; k++) values[count * width + k] = row[k]! / left;
    count++;
  }
  return blockOf(values.subarray(0, count * width), width);
}

/** a += factor b */
function add(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += factor * b[i]!;
}
