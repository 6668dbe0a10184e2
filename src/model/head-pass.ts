import type { DeviceBuffer } from '../compute/device';
import type { PackedBatch } from './batch';
import type { LlamaModel } from './llama';

/** Logits of one chunk take at most this many bytes (but at least one row). */
export const LOGIT_BYTES = 64 << 20;

/** The loss's side of a pass: NLL of each target, and where asked for, the gradient of the last hidden states. */
export interface HeadResult {
  /** fp32 [targetCount], in the order of the batch's targets. */
  readonly nll: DeviceBuffer;
}

/**
 * Final norm, logits and cross-entropy at the target rows of x [T, C] only, in chunks of rows whose logits fit a fixed memory. (A chunk
 * keeps the whole vocabulary: chunking the vocabulary as well bounds memory no better and needs every logit twice.)
 * @param nll fp32 [targetCount], in the order of the batch's targets
 * @param dx [T, C] receives d(gradScale * sum NLL)/dx where given; the head's and final norm's gradients are added to
 */
export function headPass(
  model: LlamaModel,
  x: DeviceBuffer,
  batch: PackedBatch,
  dx: DeviceBuffer | undefined,
  gradScale: number,
  nll: DeviceBuffer,
): void {
  const { device, workspace, finalNorm } = model;
  const { hiddenSize, vocabSize, rmsNormEps: eps } = model.config;
  const mark = workspace.mark();
  if (dx !== undefined) device.fill(dx, 0);
  const chunk = Math.max(1, Math.min(batch.targetCount, Math.floor(LOGIT_BYTES / 4 / vocabSize)));
  const rows = workspace.take(chunk * hiddenSize);
  const normed = workspace.take(chunk * hiddenSize);
  const logits = workspace.take(chunk * vocabSize);
  for (let start = 0; start < batch.targetCount; start += chunk) {
    const count = Math.min(chunk, batch.targetCount - start);
    const ids = batch.targetRows.slice(start, count);
    const chunkRows = rows.slice(0, count * hiddenSize);
    const chunkNormed = normed.slice(0, count * hiddenSize);
    const chunkLogits = logits.slice(0, count * vocabSize);
    const table = { kind: 'dense', data: x, rows: batch.tokens, cols: hiddenSize } as const;
    device.gatherRows(chunkRows, table, ids, count);
    device.rmsNorm(chunkNormed, chunkRows, finalNorm.weight, count, hiddenSize, eps);
    device.linear(chunkLogits, chunkNormed, model.head.matrix, count);
    const targets = batch.targets.slice(start, count);
    const scale = dx === undefined ? undefined : gradScale;
    device.crossEntropy(nll.slice(start, count), chunkLogits, targets, count, vocabSize, scale);
    if (dx === undefined) continue;

    if (model.head.gradient !== undefined) {
      const gradient = model.head.gradient;
      device.linearBackwardWeight(gradient, chunkLogits, chunkNormed, count, vocabSize, hiddenSize, { beta: 1 });
    }
    device.linearBackwardInput(chunkNormed, chunkLogits, model.head.matrix, count);
    device.rmsNormBackward(chunkNormed, chunkNormed, chunkRows, finalNorm.weight, count, hiddenSize, eps, {
      beta: 0,
      ...(finalNorm.gradient === undefined ? {} : { dweight: finalNorm.gradient }),
    });
    device.scatterRows(dx, chunkNormed, ids, count, hiddenSize, 0);
  }
  workspace.release(mark);
}

/** Logits of chosen rows of x [T, C]: fp32 [count, vocab] into `logits`. */
export function logitsAt(
  model: LlamaModel,
  x: DeviceBuffer,
  tokens: number,
  rows: DeviceBuffer,
  count: number,
  logits: DeviceBuffer,
): void {
  const { device, workspace, config } = model;
  const mark = workspace.mark();
  const chosen = workspace.take(count * config.hiddenSize);
  const table = { kind: 'dense', data: x, rows: tokens, cols: config.hiddenSize } as const;
  device.gatherRows(chosen, table, rows, count);
  device.rmsNorm(chosen, chosen, model.finalNorm.weight, count, config.hiddenSize, config.rmsNormEps);
  device.linear(logits, chosen, model.head.matrix, count);
  workspace.release(mark);
}
