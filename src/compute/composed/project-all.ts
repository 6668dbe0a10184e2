import type { Arena } from '../arena';
import type { DeviceBuffer } from '../memory';
import type { Kernels, LinearDelta } from '../kernels';
import type { DeltaPass, NormInput, ProjectAll, ProjectAllBackward, Projected } from '../recorder';

/** norm(x), where there is a norm, from scratch; x itself elsewhere. */
function normed(
  kernels: Kernels,
  scratch: Arena,
  x: DeviceBuffer,
  norm: NormInput | undefined,
  rows: number,
  cols: number,
): DeviceBuffer {
  if (norm === undefined) return x;
  const y = scratch.take(rows, cols);
  kernels.rmsNorm(y, x, norm.weight, rows, cols, norm.eps, norm.offset);
  return y;
}

/** dropout(x) where the pass drops, from scratch; x itself elsewhere. */
function dropped(
  kernels: Kernels,
  scratch: Arena,
  x: DeviceBuffer,
  { dropout }: DeltaPass,
  rows: number,
): DeviceBuffer {
  if (dropout === undefined) return x;
  const y = scratch.take(rows, x.length / rows);
  kernels.dropout(y, x, dropout);
  return y;
}

/** For each part y = beta y + x Wᵀ + bias + scale (dropout(x) Aᵀ) Bᵀ, with norm(x) for x where there is a norm. */
export function projectAll(kernels: Kernels, scratch: Arena, { rows, x, norm, parts }: ProjectAll): void {
  if (rows === 0) return;
  const mark = scratch.mark();
  const input = normed(kernels, scratch, x, norm, rows, x.length / rows);
  const made = new Set<DeviceBuffer>();
  for (const { y, beta, weight, bias, delta } of parts) {
    const inner = scratch.mark();
    let added: LinearDelta | undefined;
    if (delta !== undefined) {
      const { a, b, scale } = delta.delta;
      const xa = delta.xa ?? scratch.take(rows, a.rows);
      // Parts of one matrix have one delta's A and one xa.
      if (delta.xa === undefined || !made.has(xa)) {
        kernels.linear(xa, dropped(kernels, scratch, input, delta, rows), a, rows);
      }
      if (delta.xa !== undefined) made.add(xa);
      added = { p: xa, u: b, alpha: scale };
    }
    kernels.linear(y, input, weight, rows, { beta, delta: added });
    if (bias !== undefined) kernels.addBias(y, bias, rows, weight.rows);
    scratch.release(inner);
  }
  scratch.release(mark);
}

/**
 * Backward of `projectAll`. With z = norm(x), or x itself:
 *   dW += dyᵀ z,  dbias += sum of dy's rows,  dB += scale dyᵀ (dropout(z) Aᵀ),  d(xa) = scale dy B,  dA += d(xa)ᵀ dropout(z),
 *   dz = sum over parts of dy W + dropout'(d(xa) A),
 *   dx += dz through the norm, or dx = dz where there is none.
 */
export function projectAllBackward(
  kernels: Kernels,
  scratch: Arena,
  { rows, x, norm, parts, dx }: ProjectAllBackward,
): void {
  if (rows === 0) return;
  const mark = scratch.mark();
  const cols = x.length / rows;
  const trained = parts.some(({ gradWeight, delta }) => gradWeight !== undefined || delta?.xa !== undefined);
  const input = trained ? normed(kernels, scratch, x, norm, rows, cols) : x;
  const dInput = dx === undefined || norm === undefined ? dx : scratch.take(rows, cols);
  parts.forEach((part, index) => {
    projectBackward(kernels, scratch, part, rows, input, dInput, index === 0 ? 0 : 1);
  });
  if (dx !== undefined && dInput !== undefined && norm !== undefined) {
    kernels.rmsNormBackward(dx, dInput, x, norm.weight, rows, cols, norm.eps, {
      beta: 1,
      dweight: norm.gradient,
      offset: norm.offset,
    });
  }
  scratch.release(mark);
}

function projectBackward(
  kernels: Kernels,
  scratch: Arena,
  { dy, weight, gradWeight, gradBias, delta }: Projected & { readonly dy: DeviceBuffer },
  rows: number,
  input: DeviceBuffer,
  dInput: DeviceBuffer | undefined,
  beta: 0 | 1,
): void {
  const { rows: out, cols } = weight;
  if (gradWeight !== undefined) kernels.linearBackwardWeight(gradWeight, dy, input, rows, out, cols, { beta: 1 });
  if (gradBias !== undefined) kernels.addBiasBackward(gradBias, dy, rows, out);
  if (delta?.xa === undefined) {
    if (dInput !== undefined) kernels.linearBackwardInput(dInput, dy, weight, rows, { beta });
    return;
  }

  const mark = scratch.mark();
  const { a, b, gradA, gradB, scale } = delta.delta;
  const r = a.rows;
  kernels.linearBackwardWeight(gradB, dy, delta.xa, rows, out, r, { alpha: scale, beta: 1 });
  const dxa = scratch.take(rows, r);
  kernels.linearBackwardInput(dxa, dy, b, rows, { alpha: scale });
  const seen = dropped(kernels, scratch, input, delta, rows);
  kernels.linearBackwardWeight(gradA, dxa, seen, rows, r, cols, { beta: 1 });
  if (dInput !== undefined && delta.dropout !== undefined) {
    const masked = scratch.take(rows, cols);
    kernels.linearBackwardInput(masked, dxa, a, rows);
    kernels.linearBackwardInput(dInput, dy, weight, rows, { beta });
    kernels.dropout(dInput, masked, delta.dropout, 1);
  } else if (dInput !== undefined) {
    kernels.linearBackwardInput(dInput, dy, weight, rows, { beta, delta: { p: dxa, u: a, alpha: 1 } });
  }
  scratch.release(mark);
}
