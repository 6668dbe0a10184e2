import { sliceCounting, type Indices } from '../indices';
import type { DenseMatrix, DeviceBuffer, WeightMatrix } from '../memory';
import type { Kernels } from '../kernels';
import type { ProjectionDelta } from '../recorder';

/**
 * Puts into rows of a projection's weight what a delta does to its output, so that the weight alone computes both:
 * value[count, in] += scale B[from .. from + count, r] A[r, in], and then, where there are magnitudes, each row is given its length.
 * @param value fp32, the rows of the weight as they are
 */
export function mergeDelta(
  kernels: Kernels,
  value: DeviceBuffer,
  delta: ProjectionDelta,
  from: number,
  count: number,
): void {
  addDelta(kernels, value, delta, from, count);
  const { magnitude, fixed } = delta;
  if (fixed !== undefined) addDelta(kernels, value, fixed, from, count);
  if (magnitude === undefined) return;
  const [lengths, norms] = [magnitude.value.slice(from, count), magnitude.norms.slice(from, count)];
  kernels.scaleRows(value, lengths, norms, count, delta.a.cols);
}

/** Rows of a weight on their way to its norms. */
export interface NormScratch {
  /** fp32, of any length that holds a row. */
  readonly block: DeviceBuffer;
  /** 0, 1, 2 and so on, as far as weights have rows. */
  readonly rows: Indices;
}

/** norms[out] = lengths of the rows of W + scale B A, a block of rows at a time. */
export function deltaNorms(
  kernels: Kernels,
  { block, rows }: NormScratch,
  norms: DeviceBuffer,
  weight: WeightMatrix,
  delta: ProjectionDelta,
): void {
  const { rows: out, cols } = weight;
  const step = Math.floor(block.length / cols);
  for (let from = 0; from < out; from += step) {
    const count = Math.min(step, out - from);
    const value = block.slice(0, count * cols);
    kernels.gatherRows(value, weight, sliceCounting(rows, from, count), count);
    addDelta(kernels, value, delta, from, count);
    kernels.rowNorms(norms.slice(from, count), value, count, cols);
  }
}

function addDelta(
  kernels: Kernels,
  value: DeviceBuffer,
  { a, b, scale }: Pick<ProjectionDelta, 'a' | 'b' | 'scale'>,
  from: number,
  count: number,
): void {
  kernels.linearBackwardInput(value, rowsOf(b, from, count), a, count, { alpha: scale, beta: 1 });
}

function rowsOf({ data, cols }: DenseMatrix, from: number, count: number): DeviceBuffer {
  return data.slice(from * cols, count * cols);
}
