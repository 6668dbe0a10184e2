import { SftError } from '../../base/errors';
import type { Sequences } from '../indices';
import type { AttentionShape } from '../kernels';
import { float, type KernelArgument } from './arguments';

/** Rows and columns of a tile of scores, and of a chunk of a head: TILE of native/cuda/attention.h. */
const TILE = 64;
const MOST_CHUNKS = 4;

/** The struct Attention, for blocks whose tiles go over `rows`. */
export function attentionOf(
  { table, count }: Sequences,
  { heads, kvHeads, headDim, scale, window }: AttentionShape,
  rows: number,
): KernelArgument[] {
  return [table, count, headDim, heads, kvHeads, window, rows, float(scale)];
}

/** Blocks over rows and heads. */
export function attentionGrid(rows: number, heads: number): readonly [number, number] {
  return [Math.ceil(rows / TILE), heads];
}

/** The number with which the kernels for heads of this width end. @throws SftError head-too-wide */
export function chunksOf({ headDim }: AttentionShape): number {
  const chunks = Math.ceil(headDim / TILE);
  if (chunks <= MOST_CHUNKS) return chunks;
  throw new SftError(
    'head-too-wide',
    `heads of ${headDim} are wider than the ${TILE * MOST_CHUNKS} that CUDA kernels take`,
    {
      remedy: 'use --device cpu',
    },
  );
}
