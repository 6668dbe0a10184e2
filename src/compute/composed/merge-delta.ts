import type { DenseMatrix, DeviceBuffer } from '../memory';
import type { Kernels } from '../kernels';
import type { ProjectionDelta } from '../recorder';

/**
 * Adds to rows of a projection's weight what a delta adds to its output, so that the weight alone computes both:
 * value[count, in] += scale B[from .. from + count, r] A[r, in].
 * @param value fp32, the rows of the weight as they are
 */
export function mergeDelta(
  kernels: Kernels,
  value: DeviceBuffer,
  { a, b, scale }: ProjectionDelta,
  from: number,
  count: number,
): void {
  kernels.linearBackwardInput(value, rowsOf(b, from, count), a, count, { alpha: scale, beta: 1 });
}

function rowsOf({ data, cols }: DenseMatrix, from: number, count: number): DeviceBuffer {
  return data.slice(from * cols, count * cols);
}
