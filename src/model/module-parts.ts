import type { DeviceBuffer, WeightMatrix } from '../compute/memory';
import { matrixRows } from '../compute/matrix-rows';
import type { ProjectionDelta } from '../compute/recorder';
import type { MatrixPart } from './projections';
import type { PlacedDelta } from './tuning';

/** One linear map of a block, with the adapter beside it and, when it is trained itself, its gradients. */
export interface Projection {
  /** [out, in] */
  readonly weight: WeightMatrix;
  readonly bias: DeviceBuffer | undefined;
  readonly gradWeight: DeviceBuffer | undefined;
  readonly gradBias: DeviceBuffer | undefined;
  readonly delta: PlacedDelta | undefined;
}

/**
 * A projection in a matrix that holds several, as one of its own in the same memory: y = x Wᵀ + bias + delta holds row by row of W.
 * All parts of a matrix share the delta's A, to whose gradient each adds, and draw the same dropout mask.
 */
export function partOf(
  { weight, bias, gradWeight, gradBias, delta }: Projection,
  { from, count }: MatrixPart,
): Projection {
  const { cols } = weight;
  return {
    weight: matrixRows(weight, from, count),
    bias: bias?.slice(from, count),
    gradWeight: gradWeight?.slice(from * cols, count * cols),
    gradBias: gradBias?.slice(from, count),
    delta: delta && partOfDelta(delta, from, count),
  };
}

function partOfDelta({ delta, ...placed }: PlacedDelta, from: number, count: number): PlacedDelta {
  const rows = (buffer: DeviceBuffer): DeviceBuffer => buffer.slice(from * delta.b.cols, count * delta.b.cols);
  const magnitude = delta.magnitude && {
    value: delta.magnitude.value.slice(from, count),
    gradient: delta.magnitude.gradient.slice(from, count),
    norms: delta.magnitude.norms.slice(from, count),
  };
  const fixed = delta.fixed && { ...delta.fixed, b: matrixRows(delta.fixed.b, from, count) };
  const b = matrixRows(delta.b, from, count);
  const part: ProjectionDelta = { ...delta, b, gradB: rows(delta.gradB), magnitude, fixed };
  return { ...placed, delta: part };
}
