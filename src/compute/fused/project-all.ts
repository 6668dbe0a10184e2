import type { Arena } from '../arena';
import type { Kernels } from '../kernels';
import type { DenseMatrix, DeviceBuffer } from '../memory';
import type { Gate, NormInput, ProjectAll, ProjectAllBackward, Projected } from '../recorder';
import { MOST_PARTS, type FusedKernels, type Sum, type Term, type ThinProduct } from './fused-kernels';

/** Whether parts are what the fused kernels compute: weights with thin products beside them, and nothing between. */
export function canFuse(parts: readonly Projected[]): boolean {
  return parts.length <= MOST_PARTS && parts.every(({ delta }) => delta === undefined || isPlain(delta));
}

function isPlain({ delta: { magnitude, fixed }, dropout }: NonNullable<Projected['delta']>): boolean {
  return (magnitude ?? fixed ?? dropout) === undefined;
}

interface Input {
  readonly rows: number;
  readonly x: DeviceBuffer;
  readonly norm?: NormInput | undefined;
  readonly gate?: Gate | undefined;
}

/** Room for what the parts see, which is x itself where there is neither norm nor gate. */
function seenByParts(scratch: Arena, { rows, x, norm, gate }: Input): DeviceBuffer {
  return norm === undefined && gate === undefined ? x : scratch.take(rows, x.length / rows);
}

/** Computes what is seen, and thin products; nothing where there is nothing of either. */
function see(kernels: FusedKernels, input: Input, z: DeviceBuffer, products: readonly ThinProduct[]): void {
  const { rows, x, norm, gate } = input;
  if (z !== x || products.length > 0) kernels.thinProducts({ rows, x, z, norm, gate, products });
}

/** `projectAll` of `composed`, of parts that `canFuse`, in two kernels: what the parts see with x Aᵀ, then all else. */
export function projectAll(kernels: Kernels & FusedKernels, scratch: Arena, { parts, ...input }: ProjectAll): void {
  const { rows } = input;
  if (rows === 0) return;
  const mark = scratch.mark();
  const z = seenByParts(scratch, input);
  // Parts of one matrix have one delta's A and one xa.
  const thin = new Map<DeviceBuffer, ThinProduct>();
  const sums = parts.map(({ y, base, weight, delta }): Sum => {
    const terms: Term[] = [{ orientation: 'forward', a: z, w: weight, alpha: 1 }];
    if (delta !== undefined) {
      const { a, b, scale } = delta.delta;
      const xa = delta.xa ?? scratch.take(rows, a.rows);
      thin.set(xa, { orientation: 'forward', p: xa, x: z, u: a, alpha: 1 });
      terms.push({ orientation: 'forward', a: xa, w: b, alpha: scale });
    }
    return { c: y, m: rows, n: weight.rows, base, terms };
  });
  see(kernels, input, z, [...thin.values()]);
  kernels.products(sums);
  for (const { y, bias, weight } of parts) if (bias !== undefined) kernels.addBias(y, bias, rows, weight.rows);
  scratch.release(mark);
}

/** `projectAllBackward` of `composed`, of parts that `canFuse`: what the parts saw with dy B, then all gradients. */
export function projectAllBackward(
  kernels: Kernels & FusedKernels,
  scratch: Arena,
  { parts, dx, ...input }: ProjectAllBackward,
): void {
  const { rows, x, norm, gate } = input;
  if (rows === 0) return;
  const mark = scratch.mark();
  const cols = x.length / rows;
  const isTrained = parts.some(({ gradWeight, delta }) => gradWeight !== undefined || delta?.xa !== undefined);
  const z = isTrained ? seenByParts(scratch, input) : x;
  const seen: DenseMatrix = { kind: 'dense', data: z, rows, cols };
  const thin: ThinProduct[] = [];
  const toInput: Term[] = [];
  const gradients: Sum[] = [];
  // Parts of one matrix have one A, whose gradient is then a sum over them.
  const ofA = new Map<DenseMatrix, Term[]>();
  for (const { dy, weight, gradWeight, delta } of parts) {
    toInput.push({ orientation: 'input', a: dy, w: weight, alpha: 1 });
    if (gradWeight !== undefined) gradients.push(toWeight(gradWeight, weight.rows, cols, [dy, seen, 1]));
    if (delta?.xa === undefined) continue;
    const { a, b, gradA, gradB, scale } = delta.delta;
    const dxa = scratch.take(rows, a.rows);
    thin.push({ orientation: 'input', p: dxa, x: dy, u: b, alpha: scale });
    toInput.push({ orientation: 'input', a: dxa, w: a, alpha: 1 });
    const xa: DenseMatrix = { kind: 'dense', data: delta.xa, rows, cols: a.rows };
    gradients.push(toWeight(gradB, weight.rows, a.rows, [dy, xa, scale]));
    const term: Term = { orientation: 'weight', a: dxa, w: seen, alpha: 1 };
    const before = ofA.get(a);
    if (before !== undefined) before.push(term);
    else {
      const terms = [term];
      ofA.set(a, terms);
      gradients.push({ c: gradA, m: a.rows, n: cols, base: gradA, terms });
    }
  }
  see(kernels, isTrained ? input : { rows, x }, z, thin);
  const dz = dx === undefined || norm === undefined ? dx : scratch.take(rows, cols);
  const ofInput: Sum[] =
    dz === undefined ? [] : [{ c: dz, m: rows, n: cols, terms: toInput, gate: gate && { ...gate, x } }];
  kernels.products([...ofInput, ...gradients]);
  for (const { dy, weight, gradBias } of parts) {
    if (gradBias !== undefined) kernels.addBiasBackward(gradBias, dy, rows, weight.rows);
  }
  if (dx !== undefined && dz !== undefined && norm !== undefined) {
    const options = { beta: 1, dweight: norm.gradient, offset: norm.offset } as const;
    kernels.rmsNormBackward(dx, dz, x, norm.weight, rows, cols, norm.eps, options);
  }
  scratch.release(mark);
}

/** c [m, n] += alpha aᵀ b */
function toWeight(c: DeviceBuffer, m: number, n: number, [a, w, alpha]: [DeviceBuffer, DenseMatrix, number]): Sum {
  return { c, m, n, base: c, terms: [{ orientation: 'weight', a, w, alpha }] };
}
