import type { DeviceBuffer } from '../compute/memory';
import type { Gate, ProjectAll, Recorder } from '../compute/recorder';
import type { LlamaModel, Norm } from './llama';

/**
 * What attention or the feed-forward part adds to the stream: stream += residualScale norm(x Wᵀ), where the norm may be missing and the
 * factor 1. R rows, C hidden.
 */
export interface Addition {
  readonly rows: number;
  readonly norm: Norm | undefined;
  /** [R, C]: x Wᵀ before its norm, kept for backward; only where there is a norm. */
  readonly raw: DeviceBuffer | undefined;
}

type Part = Omit<ProjectAll['parts'][number], 'y' | 'base'>;

/** @param from x [R, in] of the projection `part`, and its gate; stream [R, C] = base + what is added, and may be base */
export function addToStream(
  r: Recorder,
  model: LlamaModel,
  { stream, base }: { readonly stream: DeviceBuffer; readonly base: DeviceBuffer },
  from: { readonly x: DeviceBuffer; readonly gate?: Gate },
  part: Part,
  { rows, norm, raw }: Addition,
): void {
  const { workspace, config } = model;
  const { hiddenSize, residualScale, rmsNormEps } = config;
  if (rows === 0) return;
  if (norm === undefined && residualScale === 1) {
    r.projectAll(workspace, { rows, ...from, parts: [{ ...part, y: stream, base }] });
    return;
  }
  const mark = workspace.mark();
  const added = workspace.take(rows, hiddenSize);
  const projected = raw ?? added;
  r.projectAll(workspace, { rows, ...from, parts: [{ ...part, y: projected }] });
  if (norm !== undefined) r.rmsNorm(added, projected, norm.weight, rows, hiddenSize, rmsNormEps, norm.offset);
  if (residualScale !== 1) r.scale(added, residualScale);
  if (stream !== base) r.copy(stream, base);
  r.add(stream, added);
  workspace.release(mark);
}

/**
 * The gradient of the projection's output from that of the stream, [R, C]: `dStream` itself, or in a buffer from the workspace. The norm's own
 * gradient is added to.
 */
export function addedGradient(
  r: Recorder,
  model: LlamaModel,
  dStream: DeviceBuffer,
  { rows, norm, raw }: Addition,
): DeviceBuffer {
  const { workspace, config } = model;
  const { hiddenSize, residualScale, rmsNormEps } = config;
  if (rows === 0 || (norm === undefined && residualScale === 1)) return dStream;
  const gradient = workspace.take(rows, hiddenSize);
  r.copy(gradient, dStream);
  if (residualScale !== 1) r.scale(gradient, residualScale);
  if (norm !== undefined && raw !== undefined) {
    const { weight, offset, gradient: dweight } = norm;
    r.rmsNormBackward(gradient, gradient, raw, weight, rows, hiddenSize, rmsNormEps, { beta: 0, dweight, offset });
  }
  return gradient;
}
