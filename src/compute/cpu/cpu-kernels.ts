import type { BlockMoment, BlockTable } from '../block-moments';
import { droppedBits } from '../kernel-numbers';
import type { DeviceBuffer, HalfType, Nf4Matrix, WeightMatrix } from '../memory';
import type { Indices, Sequences } from '../indices';
import type {
  AdamWStep,
  AttentionShape,
  Draw,
  DropoutMask,
  Kernels,
  LinearDelta,
  LinearDeltaOptions,
  LinearOptions,
  RmsNormBackwardOptions,
  Turned,
  UniformNoise,
} from '../kernels';
import { toPair } from '../pairs';
import type { Address, CpuLibrary } from './bindings';
import type { CpuMemory } from './cpu-memory';
import { cpuBuffer, DTYPE_CODE } from './memory';

const at = (buffer: DeviceBuffer): Address => cpuBuffer(buffer).address;
/** The last arguments of `linear` and `linearBackwardInput`: addresses of p and u, the rank, alpha; rank 0 for none. */
function deltaArguments(delta: LinearDelta | undefined, rank: number): [Address, Address, number, number] {
  return delta === undefined ? [0, 0, 0, 0] : [at(delta.p), at(delta.u.data), rank, delta.alpha];
}
/** enum sft_dtype */
const NF4 = 5;

/** The struct sft_nf4. */
function nf4Struct({ codes, scales }: Nf4Matrix): BigUint64Array {
  const parts =
    scales.kind === 'plain'
      ? [at(codes), at(scales.absmax), 0, 0, 0, 0]
      : [at(codes), 0, at(scales.codes), at(scales.map), at(scales.absmax), at(scales.offset)];
  return BigUint64Array.from(parts, BigInt);
}

const typeOf = (buffer: DeviceBuffer): number => DTYPE_CODE[buffer.dtype];

/** The kernels of native/cpu, run as they are called. What they are given has been checked. */
export class CpuKernels implements Kernels {
  /** @param library with the settings of the device whose kernels these are */
  constructor(
    private readonly library: () => CpuLibrary,
    private readonly memory: CpuMemory,
  ) {}

  linear(y: DeviceBuffer, x: DeviceBuffer, w: WeightMatrix, m: number, options: LinearDeltaOptions = {}): void {
    const { alpha = 1, beta = 0, delta } = options;
    const rest = [m, w.rows, w.cols, alpha, beta, ...deltaArguments(delta, delta?.u.cols ?? 0)] as const;
    if (w.kind === 'nf4') this.library().linearNf4(at(y), at(x), nf4Struct(w), NF4, ...rest);
    else this.library().linear(at(y), at(x), at(w.data), typeOf(w.data), ...rest);
  }

  linearBackwardInput(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    w: WeightMatrix,
    m: number,
    options: LinearDeltaOptions = {},
  ): void {
    const { alpha = 1, beta = 0, delta } = options;
    const rest = [m, w.rows, w.cols, alpha, beta, ...deltaArguments(delta, delta?.u.rows ?? 0)] as const;
    if (w.kind === 'nf4') this.library().linearNf4BackwardInput(at(dx), at(dy), nf4Struct(w), NF4, ...rest);
    else this.library().linearBackwardInput(at(dx), at(dy), at(w.data), typeOf(w.data), ...rest);
  }

  linearBackwardWeight(
    dw: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    m: number,
    n: number,
    k: number,
    options: LinearOptions = {},
  ): void {
    const { alpha = 1, beta = 0 } = options;
    this.library().linearBackwardWeight(at(dw), at(dy), at(x), m, n, k, alpha, beta);
  }

  addBias(y: DeviceBuffer, bias: DeviceBuffer, m: number, n: number): void {
    this.library().addBias(at(y), at(bias), typeOf(bias), m, n);
  }

  addBiasBackward(db: DeviceBuffer, dy: DeviceBuffer, m: number, n: number): void {
    this.library().addBiasBackward(at(db), at(dy), m, n);
  }

  rmsNorm(
    y: DeviceBuffer,
    x: DeviceBuffer,
    weight: DeviceBuffer,
    rows: number,
    dim: number,
    eps: number,
    offset = 0,
  ): void {
    this.library().rmsNorm(at(y), at(x), at(weight), typeOf(weight), rows, dim, eps, offset);
  }

  rmsNormBackward(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    weight: DeviceBuffer,
    rows: number,
    dim: number,
    eps: number,
    { beta, dweight, offset = 0 }: RmsNormBackwardOptions,
  ): void {
    const dw = dweight === undefined ? 0 : at(dweight);
    const [type, sizes] = [typeOf(weight), [rows, dim] as const];
    this.library().rmsNormBackward(at(dx), at(dy), at(x), at(weight), type, dw, ...sizes, eps, beta, offset);
  }

  rope(
    turned: readonly Turned[],
    cos: DeviceBuffer,
    sin: DeviceBuffer,
    positions: Indices,
    tokens: number,
    headDim: number,
    inverse = false,
    rotated = headDim,
  ): void {
    const where = at(positions.data);
    for (const { x, heads } of turned) {
      this.library().rope(at(x), at(cos), at(sin), where, tokens, heads, headDim, inverse ? 1 : 0, rotated);
    }
  }

  attention(
    o: DeviceBuffer,
    lse: DeviceBuffer | undefined,
    q: DeviceBuffer,
    k: DeviceBuffer,
    v: DeviceBuffer,
    { table, count }: Sequences,
    { heads, kvHeads, headDim, scale, window }: AttentionShape,
  ): void {
    const sums = lse === undefined ? 0 : at(lse);
    this.library().attention(
      at(o),
      sums,
      at(q),
      at(k),
      at(v),
      at(table),
      count,
      heads,
      kvHeads,
      headDim,
      scale,
      window,
    );
  }

  attentionBackward(
    dq: DeviceBuffer,
    dk: DeviceBuffer,
    dv: DeviceBuffer,
    dout: DeviceBuffer,
    q: DeviceBuffer,
    k: DeviceBuffer,
    v: DeviceBuffer,
    o: DeviceBuffer,
    lse: DeviceBuffer,
    { table, count }: Sequences,
    { heads, kvHeads, headDim, scale, window }: AttentionShape,
  ): void {
    this.library().attentionBackward(
      at(dq),
      at(dk),
      at(dv),
      at(dout),
      at(q),
      at(k),
      at(v),
      at(o),
      at(lse),
      at(table),
      count,
      heads,
      kvHeads,
      headDim,
      scale,
      window,
    );
  }

  swiglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    this.library().swiglu(at(h), at(gate), at(up), h.length);
  }

  swigluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    this.library().swigluBackward(at(dgate), at(dup), at(dh), at(gate), at(up), dh.length);
  }

  geglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    this.library().geglu(at(h), at(gate), at(up), h.length);
  }

  gegluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    this.library().gegluBackward(at(dgate), at(dup), at(dh), at(gate), at(up), dh.length);
  }

  scale(x: DeviceBuffer, factor: number): void {
    this.library().scale(at(x), x.length, factor);
  }

  add(y: DeviceBuffer, x: DeviceBuffer): void {
    this.library().add(at(y), at(x), y.length);
  }

  copy(y: DeviceBuffer, x: DeviceBuffer): void {
    this.library().copy(at(y), typeOf(y), at(x), typeOf(x), y.length);
  }

  fill(x: DeviceBuffer, value: number): void {
    this.library().fill(at(x), typeOf(x), x.length, value);
  }

  dropout(y: DeviceBuffer, x: DeviceBuffer, { p, seed, offset }: DropoutMask, beta: 0 | 1 = 0): void {
    this.library().dropout(at(y), at(x), y.length, p, seed, offset, beta);
  }

  addNoise(x: DeviceBuffer, { magnitude, seed, offset }: UniformNoise): void {
    this.library().addNoise(at(x), x.length, magnitude, seed, offset);
  }

  dither(x: DeviceBuffer, type: HalfType, { seed, offset }: Draw): void {
    this.library().dither(at(x), x.length, droppedBits(type), seed, offset);
  }

  gatherRows(y: DeviceBuffer, table: WeightMatrix, ids: Indices, n: number): void {
    const rest = [at(ids.data), n, table.cols] as const;
    if (table.kind === 'nf4') this.library().gatherNf4Rows(at(y), nf4Struct(table), NF4, ...rest);
    else this.library().gatherRows(at(y), at(table.data), typeOf(table.data), ...rest);
  }

  quantizeNf4(w: Nf4Matrix, x: DeviceBuffer): void {
    this.library().quantizeNf4(nf4Struct(w), at(x), typeOf(x), x.length);
  }

  scatterRows(table: DeviceBuffer, x: DeviceBuffer, ids: Indices, n: number, cols: number, beta: 0 | 1): void {
    this.library().scatterRows(at(table), at(x), at(ids.data), n, cols, beta);
  }

  rowNorms(norms: DeviceBuffer, x: DeviceBuffer, rows: number, cols: number): void {
    this.library().rowNorms(at(norms), at(x), rows, cols);
  }

  scaleRows(x: DeviceBuffer, factors: DeviceBuffer, norms: DeviceBuffer, rows: number, cols: number): void {
    this.library().scaleRows(at(x), at(factors), at(norms), rows, cols);
  }

  scaleColumns(
    y: DeviceBuffer,
    x: DeviceBuffer,
    factors: DeviceBuffer,
    norms: DeviceBuffer,
    rows: number,
    cols: number,
    beta: 0 | 1,
  ): void {
    this.library().scaleColumns(at(y), at(x), at(factors), at(norms), rows, cols, beta);
  }

  scaleColumnsBackward(
    dfactors: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    norms: DeviceBuffer,
    rows: number,
    cols: number,
  ): void {
    this.library().scaleColumnsBackward(at(dfactors), at(dy), at(x), at(norms), rows, cols);
  }

  crossEntropy(
    nll: DeviceBuffer,
    logits: DeviceBuffer,
    targets: Indices,
    rows: number,
    vocab: number,
    gradScale?: number,
  ): void {
    const gradient = gradScale === undefined ? 0 : 1;
    this.library().crossEntropy(at(nll), at(logits), at(targets.data), rows, vocab, gradient, gradScale ?? 0);
  }

  // A handful of numbers each: native code would gain nothing over these two.

  sumRanges(sums: DeviceBuffer, x: DeviceBuffer, offsets: Indices): void {
    const values = this.memory.readFloats(x);
    const bounds = this.memory.readIntegers(offsets.data);
    const pairs = new Float32Array(sums.length);
    for (let i = 0; i + 1 < bounds.length; i++) {
      let sum = 0;
      for (let at = bounds[i]!; at < bounds[i + 1]!; at++) sum += values[at]!;
      pairs.set(toPair(sum), 2 * i);
    }
    this.memory.write(sums, pairs);
  }

  clip(verdict: DeviceBuffer, gradients: DeviceBuffer, sums: DeviceBuffer, maxNorm: number): void {
    const norm = Math.sqrt(this.library().sumSquares(at(gradients), gradients.length));
    const factor = maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1;
    const finite = Number.isFinite(norm) && this.memory.readFloats(sums).every(Number.isFinite);
    this.memory.write(verdict, Float32Array.of(...toPair(norm), factor, finite ? 1 : 0));
  }

  adamw(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: DeviceBuffer,
    v: DeviceBuffer,
    { learningRate, beta1, beta2, eps, weightDecay, step }: AdamWStep,
    verdict: DeviceBuffer,
  ): void {
    const [, , factor, finite] = this.memory.readFloats(verdict);
    if (finite !== 1) return;
    const buffers = [at(p), at(grad), at(m), at(v)] as const;
    this.library().adamw(...buffers, p.length, learningRate, beta1, beta2, eps, weightDecay, step, factor!);
  }

  adamw8bit(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: BlockMoment,
    v: BlockMoment,
    blocks: BlockTable,
    { learningRate, beta1, beta2, eps, weightDecay, step }: AdamWStep,
    verdict: DeviceBuffer,
  ): void {
    const [, , factor, finite] = this.memory.readFloats(verdict);
    if (finite !== 1) return;
    const moment = ({ map, codes, absmax, exact }: BlockMoment) => [at(map), at(codes), at(absmax), at(exact)] as const;
    this.library().adamw8bit(
      ...([at(p), at(grad), at(blocks.data), blocks.count] as const),
      ...moment(m),
      ...moment(v),
      ...([learningRate, beta1, beta2, eps, weightDecay, step, factor!] as const),
    );
  }
}
