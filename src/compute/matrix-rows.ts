import type { DeviceBuffer, Nf4Scales, WeightMatrix } from './memory';
import { BLOCK, SCALE_BLOCK, bytesOfCodes, scaleBlocks, scalesOf } from './nf4';

/** `count` rows of a matrix from row `from` on, in the same memory. @throws RangeError where `canCut` says no */
export function matrixRows<T extends WeightMatrix>(matrix: T, from: number, count: number): T;
export function matrixRows(matrix: WeightMatrix, from: number, count: number): WeightMatrix {
  if (from === 0 && count === matrix.rows) return matrix;
  const { cols } = matrix;
  if (matrix.kind === 'dense') return { ...matrix, data: matrix.data.slice(from * cols, count * cols), rows: count };
  if (!canCut(matrix, from)) throw new RangeError(`row ${from} of a matrix in 4 bits begins within a block`);
  const elements = count * cols;
  const codes = matrix.codes.slice((from * cols) / 2, bytesOfCodes(elements));
  return { ...matrix, rows: count, codes, scales: scalesFrom(matrix.scales, from * cols, elements) };
}

/** Whether the rows from `from` on can be a matrix of their own: in 4 bits, where their blocks begin there. */
export function canCut(matrix: WeightMatrix, from: number): boolean {
  if (matrix.kind === 'dense') return true;
  return blocksBeginAt(from * matrix.cols, matrix.scales.kind);
}

/** Whether a block of a matrix in 4 bits begins at an element, the scales' own blocks included. */
export function blocksBeginAt(element: number, scales: Nf4Scales['kind']): boolean {
  return element % (scales === 'plain' ? BLOCK : BLOCK * SCALE_BLOCK) === 0;
}

function scalesFrom(scales: Nf4Scales, element: number, elements: number): Nf4Scales {
  const first = element / BLOCK;
  const blocks = scalesOf(elements);
  const window = (buffer: DeviceBuffer, offset: number, length: number): DeviceBuffer => buffer.slice(offset, length);
  if (scales.kind === 'plain') return { ...scales, absmax: window(scales.absmax, first, blocks) };
  return {
    ...scales,
    codes: window(scales.codes, first, blocks),
    absmax: window(scales.absmax, first / SCALE_BLOCK, scaleBlocks(blocks)),
  };
}
