import type { Arena } from '../arena';
import { sliceIndices } from '../indices';
import type { Kernels } from '../kernels';
import { headLogits, headLogitsBackward } from './head-logits';
import type { HeadLoss } from '../recorder';
import type { DeviceTraits } from '../traits';

/**
 * Final norm, logits and cross-entropy, in chunks of rows whose logits fit a fixed memory. (A chunk keeps the whole vocabulary: chunking the
 * vocabulary as well bounds memory no better and needs every logit twice.)
 */
export function headLoss(
  kernels: Kernels,
  traits: Pick<DeviceTraits, 'logitBytes'>,
  scratch: Arena,
  { x, cols, targets, norm, head, headGradient, headDelta, logitScale: alpha = 1, nll, backward }: HeadLoss,
): void {
  const mark = scratch.mark();
  const whole = { matrix: head, delta: headDelta, scale: alpha };
  const vocab = head.rows;
  const most = headRows(traits, vocab);
  const chunk = Math.max(1, Math.min(targets.length, most));
  const normed = scratch.take(chunk, cols, most);
  const logits = scratch.take(chunk, vocab, most);
  for (let start = 0; start < targets.length; start += chunk) {
    const count = Math.min(chunk, targets.length - start);
    const rows = x.slice(start * cols, count * cols);
    const chunkNormed = normed.slice(0, count * cols);
    const chunkLogits = logits.slice(0, count * vocab);
    kernels.rmsNorm(chunkNormed, rows, norm.weight, count, cols, norm.eps, norm.offset);
    headLogits(kernels, scratch, chunkLogits, chunkNormed, count, whole, most);
    const wanted = sliceIndices(targets, start, count);
    kernels.crossEntropy(nll.slice(start, count), chunkLogits, wanted, count, vocab, backward?.gradScale);
    if (backward === undefined) continue;

    if (headGradient !== undefined) {
      kernels.linearBackwardWeight(headGradient, chunkLogits, chunkNormed, count, vocab, cols, { alpha, beta: 1 });
    }
    const dx = backward.dx.slice(start * cols, count * cols);
    headLogitsBackward(kernels, scratch, dx, chunkLogits, chunkNormed, count, whole, most);
    kernels.rmsNormBackward(dx, dx, rows, norm.weight, count, cols, norm.eps, {
      beta: 0,
      dweight: norm.gradient,
      offset: norm.offset,
    });
  }
  scratch.release(mark);
}

/** Rows of a chunk: as many as their logits leave room for, and at least one. */
export function headRows({ logitBytes }: Pick<DeviceTraits, 'logitBytes'>, vocab: number): number {
  return Math.max(1, Math.floor(logitBytes / 4 / vocab));
}
