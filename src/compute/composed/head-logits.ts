import type { Arena } from '../arena';
import type { Kernels, LinearDelta } from '../kernels';
import type { DeviceBuffer, WeightMatrix } from '../memory';
import type { HeadDelta } from '../recorder';

/** A head, with some of its rows replaced where a delta is given. */
export interface Head {
  /** [vocab, cols] */
  readonly matrix: WeightMatrix;
  readonly delta?: HeadDelta | undefined;
  /** Factor on the logits. */
  readonly scale: number;
}

/** logits [rows, vocab] = scale x (W + S D)ᵀ; x [rows, cols]. @param most rows that scratch is laid out for */
export function headLogits(
  kernels: Kernels,
  scratch: Arena,
  logits: DeviceBuffer,
  x: DeviceBuffer,
  rows: number,
  { matrix, delta, scale: alpha }: Head,
  most = rows,
): void {
  const mark = scratch.mark();
  let thin: LinearDelta | undefined;
  if (delta !== undefined) {
    const p = scratch.take(rows, delta.selection.cols, most);
    kernels.linear(p, x, delta.difference, rows);
    thin = { p, u: delta.selection, alpha };
  }
  kernels.linear(logits, x, matrix, rows, { alpha, delta: thin });
  scratch.release(mark);
}

/**
 * dx [rows, cols] from the gradient of the logits; adds to the gradient of the replaced rows: with dP = scale dlogits S, dD = dPᵀ x and
 * dx = scale dlogits W + dP D.
 */
export function headLogitsBackward(
  kernels: Kernels,
  scratch: Arena,
  dx: DeviceBuffer,
  dlogits: DeviceBuffer,
  x: DeviceBuffer,
  rows: number,
  { matrix, delta, scale: alpha }: Head,
  most = rows,
): void {
  const mark = scratch.mark();
  let thin: LinearDelta | undefined;
  if (delta !== undefined) {
    const { rows: n, cols } = delta.difference;
    const p = scratch.take(rows, n, most);
    kernels.linearBackwardInput(p, dlogits, delta.selection, rows, { alpha });
    kernels.linearBackwardWeight(delta.gradient, p, x, rows, n, cols, { beta: 1 });
    thin = { p, u: delta.difference, alpha: 1 };
  }
  kernels.linearBackwardInput(dx, dlogits, matrix, rows, { alpha, delta: thin });
  scratch.release(mark);
}
