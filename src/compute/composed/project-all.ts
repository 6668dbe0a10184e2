import type { Arena } from '../arena';
import type { DeviceBuffer } from '../memory';
import type { Kernels, LinearDelta } from '../kernels';
import type { DeltaPass, Magnitude, ProjectAll, ProjectAllBackward, Projected } from '../recorder';

/** What the parts see: norm(x) or act(x) up, from scratch, where there is a norm or a gate; x itself elsewhere. */
function seenByParts(
  kernels: Kernels,
  scratch: Arena,
  { x, norm, gate, rows }: Pick<ProjectAll, 'x' | 'norm' | 'gate' | 'rows'>,
): DeviceBuffer {
  const cols = x.length / rows;
  if (norm !== undefined) {
    const y = scratch.take(rows, cols);
    kernels.rmsNorm(y, x, norm.weight, rows, cols, norm.eps, norm.offset);
    return y;
  }
  if (gate === undefined) return x;
  const y = scratch.take(rows, cols);
  if (gate.activation === 'gelu') kernels.geglu(y, x, gate.up);
  else kernels.swiglu(y, x, gate.up);
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

/**
 * For each part y = base + x Wᵀ + bias + scale (dropout(x) Aᵀ) Bᵀ, with norm(x) for x where there is a norm, act(x) up where there is a
 * gate. Where the delta has magnitudes m over norms n, as PEFT has it, with d = dropout(x):
 *   z = d Wᵀ + scale (d Aᵀ) Bᵀ,  y = base + (x - d) Wᵀ + m / n z + bias.
 * A fixed pair of the delta, C and D, is added as scale (x Cᵀ) Dᵀ.
 */
export function projectAll(kernels: Kernels, scratch: Arena, projection: ProjectAll): void {
  const { rows, parts } = projection;
  if (rows === 0) return;
  const mark = scratch.mark();
  const input = seenByParts(kernels, scratch, projection);
  const made = new Set<DeviceBuffer>();
  for (const { y, base, weight, bias, delta } of parts) {
    const inner = scratch.mark();
    const beta = base === undefined ? 0 : 1;
    if (base !== undefined && base !== y) kernels.copy(y, base);
    let added: LinearDelta | undefined;
    let seen = input;
    const magnitude = delta?.delta.magnitude;
    if (delta !== undefined) {
      const { a, b, scale } = delta.delta;
      const xa = delta.xa ?? scratch.take(rows, a.rows);
      // Parts of one matrix have one delta's A and one xa.
      const again = delta.xa === undefined || !made.has(xa);
      if (again || magnitude !== undefined) seen = dropped(kernels, scratch, input, delta, rows);
      if (again) kernels.linear(xa, seen, a, rows);
      if (delta.xa !== undefined) made.add(xa);
      added = { p: xa, u: b, alpha: scale };
    }
    if (magnitude === undefined) {
      kernels.linear(y, input, weight, rows, { beta, delta: added });
      const fixed = delta?.delta.fixed;
      if (fixed !== undefined) {
        const seen = scratch.take(rows, fixed.a.rows);
        kernels.linear(seen, input, fixed.a, rows);
        kernels.linear(y, seen, fixed.b, rows, { alpha: fixed.scale, beta: 1 });
      }
    } else {
      const z = delta?.product ?? scratch.take(rows, weight.rows);
      kernels.linear(z, seen, weight, rows, { delta: added });
      if (seen !== input) {
        subtractFrom(kernels, seen, input);
        kernels.linear(y, seen, weight, rows, { beta });
      }
      const { value, norms } = magnitude;
      kernels.scaleColumns(y, z, value, norms, rows, weight.rows, seen === input ? beta : 1);
    }
    if (bias !== undefined) kernels.addBias(y, bias, rows, weight.rows);
    scratch.release(inner);
  }
  scratch.release(mark);
}

/**
 * Backward of `projectAll`. With z = norm(x), or x itself:
 *   dW += dyᵀ z,  dbias += sum of dy's rows,  dB += scale dyᵀ (dropout(z) Aᵀ),  d(xa) = scale dy B,  dA += d(xa)ᵀ dropout(z),
 *   dz = sum over parts of dy W + dropout'(d(xa) A) + scale (dy D) C of a fixed pair C and D,
 *   dx += dz through the norm, or dx = dz where there is none; with a gate, h = act(x) up, dx = dz dh/dx and dup = dz dh/dup.
 * Of a part with magnitudes m over norms n, and the product p that they multiply, with e = m / n dy in place of dy in all that its delta has:
 *   dm += sum over rows of dy p / n,  dz has dy W + dropout'((e - dy) W + d(xa) A).
 */
export function projectAllBackward(kernels: Kernels, scratch: Arena, projection: ProjectAllBackward): void {
  const { rows, x, norm, gate, parts, dx } = projection;
  if (rows === 0) return;
  const mark = scratch.mark();
  const cols = x.length / rows;
  const trained = parts.some(({ gradWeight, delta }) => gradWeight !== undefined || delta?.xa !== undefined);
  const input = trained ? seenByParts(kernels, scratch, projection) : x;
  const dInput = dx === undefined || (norm ?? gate) === undefined ? dx : scratch.take(rows, cols);
  parts.forEach((part, index) => {
    projectBackward(kernels, scratch, part, rows, input, dInput, index === 0 ? 0 : 1);
  });
  if (dx !== undefined && dInput !== undefined) {
    if (norm !== undefined) {
      kernels.rmsNormBackward(dx, dInput, x, norm.weight, rows, cols, norm.eps, {
        beta: 1,
        dweight: norm.gradient,
        offset: norm.offset,
      });
    } else if (gate?.activation === 'gelu') kernels.gegluBackward(dx, gate.up, dInput, x, gate.up);
    else if (gate !== undefined) kernels.swigluBackward(dx, gate.up, dInput, x, gate.up);
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
  if (gradWeight !== undefined && delta?.delta.magnitude !== undefined) {
    throw new RangeError('a projection with magnitudes is not trained itself');
  }
  if (gradWeight !== undefined) kernels.linearBackwardWeight(gradWeight, dy, input, rows, out, cols, { beta: 1 });
  if (gradBias !== undefined) kernels.addBiasBackward(gradBias, dy, rows, out);
  if (delta?.xa === undefined) {
    if (dInput !== undefined) kernels.linearBackwardInput(dInput, dy, weight, rows, { beta });
    return;
  }

  const mark = scratch.mark();
  const { a, b, gradA, gradB, scale, magnitude, fixed } = delta.delta;
  const r = a.rows;
  const e = magnitude === undefined ? dy : scaledBackward(kernels, scratch, delta, magnitude, dy, rows);
  kernels.linearBackwardWeight(gradB, e, delta.xa, rows, out, r, { alpha: scale, beta: 1 });
  const dxa = scratch.take(rows, r);
  kernels.linearBackwardInput(dxa, e, b, rows, { alpha: scale });
  const seen = dropped(kernels, scratch, input, delta, rows);
  kernels.linearBackwardWeight(gradA, dxa, seen, rows, r, cols, { beta: 1 });
  if (dInput !== undefined && delta.dropout !== undefined) {
    const masked = scratch.take(rows, cols);
    if (e === dy) {
      kernels.linearBackwardInput(masked, dxa, a, rows);
    } else {
      subtractFrom(kernels, e, dy);
      kernels.linearBackwardInput(masked, e, weight, rows, { alpha: -1, delta: { p: dxa, u: a, alpha: 1 } });
    }
    kernels.linearBackwardInput(dInput, dy, weight, rows, { beta });
    kernels.dropout(dInput, masked, delta.dropout, 1);
  } else if (dInput !== undefined) {
    kernels.linearBackwardInput(dInput, e, weight, rows, { beta, delta: { p: dxa, u: a, alpha: 1 } });
  }
  if (dInput !== undefined && fixed !== undefined) {
    const back = scratch.take(rows, fixed.a.rows);
    kernels.linearBackwardInput(back, dy, fixed.b, rows, { alpha: fixed.scale });
    kernels.linearBackwardInput(dInput, back, fixed.a, rows, { beta: 1 });
  }
  scratch.release(mark);
}

/** Adds to the gradient of the magnitudes, and gives that of what they multiply, from scratch. */
function scaledBackward(
  kernels: Kernels,
  scratch: Arena,
  { product }: DeltaPass,
  { value, gradient, norms }: Magnitude,
  dy: DeviceBuffer,
  rows: number,
): DeviceBuffer {
  const out = norms.length;
  if (product === undefined) throw new RangeError('forward kept no product of a delta with magnitudes');
  kernels.scaleColumnsBackward(gradient, dy, product, norms, rows, out);
  const e = scratch.take(rows, out);
  kernels.scaleColumns(e, dy, value, norms, rows, out, 0);
  return e;
}

/** y = x - y */
function subtractFrom(kernels: Kernels, y: DeviceBuffer, x: DeviceBuffer): void {
  kernels.scale(y, -1);
  kernels.add(y, x);
}
