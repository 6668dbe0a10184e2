import { SftError } from '../../base/errors';
import type { Sequences } from '../indices';
import type { AttentionShape } from '../kernels';
import { float, type KernelArgument } from './arguments';
import type { CudaContext } from './context';
import { ROWS_IN_FP32 } from './product';

/** Columns of a chunk of a head, and how many of these kernels are compiled for: SFT_FOR_CHUNKS of native/cuda/attention.h. */
const [CHUNK, MOST_CHUNKS] = [64, 4];

/** How blocks of some attention share the work. */
interface AttentionBlocks {
  /** What the names of its kernels end with. */
  readonly name: string;
  /** Rows of queries or keys that a block has. */
  readonly rows: number;
  /** Blocks for these rows of a head of keys: one, or one for the gradients of keys and one for those of values. */
  readonly toKeys: number;
}

/**
 * Heads whose width fills tiles of tensor cores, over more rows than an answer's, are computed there.
 * @throws SftError head-too-wide
 */
export function attentionBlocks(
  { tensorCores }: CudaContext,
  rows: number,
  { headDim }: AttentionShape,
): AttentionBlocks {
  const chunks = Math.ceil(headDim / CHUNK);
  if (chunks > MOST_CHUNKS) {
    throw new SftError(
      'head-too-wide',
      `heads of ${headDim} are wider than the ${CHUNK * MOST_CHUNKS} that CUDA kernels take`,
      { remedy: 'use --device cpu' },
    );
  }
  if (tensorCores === undefined || rows <= ROWS_IN_FP32 || headDim % 16 > 0)
    return { name: `${chunks}`, rows: 64, toKeys: 1 };
  return { name: `${tensorCores}_${chunks}`, rows: 128, toKeys: chunks > (tensorCores === 'bf16' ? 1 : 2) ? 2 : 1 };
}

/** The struct Attention, for blocks whose tiles go over `rows`. */
export function attentionOf(
  { table, count }: Sequences,
  { heads, kvHeads, headDim, scale, window }: AttentionShape,
  rows: number,
): KernelArgument[] {
  return [table, count, headDim, heads, kvHeads, window, rows, float(scale)];
}

/** Blocks over rows and heads. */
export function attentionGrid(blocks: AttentionBlocks, rows: number, heads: number): readonly [number, number] {
  return [Math.ceil(rows / blocks.rows), heads];
}
