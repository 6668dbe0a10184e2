import type { DeviceBuffer } from '../compute/memory';
import type { Indices } from '../compute/indices';
import type { Recorder } from '../compute/recorder';
import type { PackedBatch } from './batch';
import { headLogits } from '../compute/composed/head-logits';
import { headDelta } from './head-rows';
import type { LlamaModel } from './llama';

/**
 * Cross-entropy of the batch's targets from their rows of the last hidden states, x [targetCount, C].
 * @param nll fp32 [targetCount], in the order of the batch's targets
 * @param backward its dx [targetCount, C] receives d(gradScale * sum NLL)/dx; the gradients of head and final norm are added to
 */
export function lossOf(
  r: Recorder,
  model: LlamaModel,
  x: DeviceBuffer,
  { targets }: PackedBatch,
  nll: DeviceBuffer,
  backward?: { readonly dx: DeviceBuffer; readonly gradScale: number },
): void {
  const { finalNorm, head, headRows, config, workspace } = model;
  const mark = workspace.mark();
  r.headLoss(workspace, {
    x,
    cols: config.hiddenSize,
    targets,
    norm: { ...finalNorm, eps: config.rmsNormEps },
    logitScale: config.logitScale,
    head: head.matrix,
    headGradient: head.gradient,
    headDelta: headRows && headDelta(r, workspace, headRows),
    nll,
    backward,
  });
  workspace.release(mark);
}

/** Logits of chosen rows of x [T, C]: fp32 [rows.length, vocab] into `logits`. */
export function logitsAt(
  r: Recorder,
  model: LlamaModel,
  x: DeviceBuffer,
  tokens: number,
  rows: Indices,
  logits: DeviceBuffer,
): void {
  const { workspace, config } = model;
  const count = rows.length;
  const mark = workspace.mark();
  const chosen = workspace.take(count, config.hiddenSize, count);
  const table = { kind: 'dense', data: x, rows: tokens, cols: config.hiddenSize } as const;
  r.gatherRows(chosen, table, rows, count);
  const { weight, offset } = model.finalNorm;
  r.rmsNorm(chosen, chosen, weight, count, config.hiddenSize, config.rmsNormEps, offset);
  const { head, headRows } = model;
  const delta = headRows && headDelta(r, workspace, headRows);
  headLogits(r, workspace, logits, chosen, count, { matrix: head.matrix, delta, scale: config.logitScale });
  workspace.release(mark);
}
