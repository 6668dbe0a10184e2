import type { Device, DeviceBuffer } from '../compute/device';
import type { Projection } from './llama';
import type { LoraPair } from './lora';
import type { Workspace } from './workspace';

/** Draws of LoRA dropout in one pass: every pair has its own mask, found again in backward from the same two numbers. */
export interface DropoutSeed {
  readonly seed: number;
  /** Number of the pass since the start of training. */
  readonly pass: number;
}

/** A model has fewer adapted projections than this. */
const MAX_PAIRS = 4096;
/** Elements that one mask may cover. */
const MASK_SPAN = 2 ** 40;

/**
 * y[m,out] = beta y + x Wᵀ + bias + scale (dropout(x) Aᵀ) Bᵀ.
 * @param xa fp32 [m, r]: receives dropout(x) Aᵀ, which backward needs; taken from the workspace where not given
 */
export function project(
  device: Device,
  workspace: Workspace,
  projection: Projection,
  y: DeviceBuffer,
  x: DeviceBuffer,
  m: number,
  beta: 0 | 1,
  dropout: DropoutSeed | undefined,
  xa?: DeviceBuffer,
): void {
  const { weight, bias, lora } = projection;
  device.linear(y, x, weight, m, { beta });
  if (bias !== undefined) device.addBias(y, bias, m, weight.rows);
  if (lora === undefined) return;
  const mark = workspace.mark();
  const product = xa ?? workspace.take(m * lora.a.rows);
  device.linear(product, droppedInput(device, workspace, lora, x, dropout), lora.a, m);
  device.linear(y, product, lora.b, m, { alpha: lora.scale, beta: 1 });
  workspace.release(mark);
}

/**
 * Backward of `project`: adds to the gradients of what is trained, and where `dx` is given, dx[m,in] = beta dx + dL/dx.
 * @param x the input of the forward pass; read only where something is trained
 * @param xa what forward left
 */
export function projectBackward(
  device: Device,
  workspace: Workspace,
  projection: Projection,
  dx: DeviceBuffer | undefined,
  dy: DeviceBuffer,
  x: DeviceBuffer,
  m: number,
  beta: 0 | 1,
  dropout: DropoutSeed | undefined,
  xa: DeviceBuffer | undefined,
): void {
  const { weight, lora, gradWeight, gradBias } = projection;
  const { rows: out, cols: inner } = weight;
  if (gradWeight !== undefined) device.linearBackwardWeight(gradWeight, dy, x, m, out, inner, { beta: 1 });
  if (gradBias !== undefined) device.addBiasBackward(gradBias, dy, m, out);
  if (dx !== undefined) device.linearBackwardInput(dx, dy, weight, m, { beta });
  if (lora === undefined || xa === undefined) return;

  const mark = workspace.mark();
  const r = lora.a.rows;
  // dB += scale dyᵀ (x Aᵀ);  d(x Aᵀ) = scale dy B
  device.linearBackwardWeight(lora.gradB, dy, xa, m, out, r, { alpha: lora.scale, beta: 1 });
  const dxa = workspace.take(m * r);
  device.linearBackwardInput(dxa, dy, lora.b, m, { alpha: lora.scale });
  device.linearBackwardWeight(lora.gradA, dxa, droppedInput(device, workspace, lora, x, dropout), m, r, inner, {
    beta: 1,
  });
  if (dx !== undefined) {
    if (masked(lora, dropout)) {
      const dropped = workspace.take(m * inner);
      device.linearBackwardInput(dropped, dxa, lora.a, m);
      device.dropout(dx, dropped, maskOf(lora, dropout), 1);
    } else {
      device.linearBackwardInput(dx, dxa, lora.a, m, { beta: 1 });
    }
  }
  workspace.release(mark);
}

function masked(lora: LoraPair, dropout: DropoutSeed | undefined): dropout is DropoutSeed {
  return dropout !== undefined && lora.dropout > 0;
}

function maskOf(lora: LoraPair, dropout: DropoutSeed): { p: number; seed: number; offset: number } {
  // The seed picks the stream, the pair a stretch of it that no other pair's mask reaches.
  return { p: lora.dropout, seed: dropout.seed + dropout.pass, offset: (lora.index % MAX_PAIRS) * MASK_SPAN };
}

function droppedInput(
  device: Device,
  workspace: Workspace,
  lora: LoraPair,
  x: DeviceBuffer,
  dropout: DropoutSeed | undefined,
): DeviceBuffer {
  if (!masked(lora, dropout)) return x;
  const dropped = workspace.take(x.length);
  device.dropout(dropped, x, maskOf(lora, dropout));
  return dropped;
}
