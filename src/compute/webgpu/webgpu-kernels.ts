import type { BlockMoment, BlockTable } from '../block-moments';
import type { Indices, Sequences } from '../indices';
import type {
  AdamWStep,
  AttentionShape,
  DropoutMask,
  Kernels,
  LinearDeltaOptions,
  LinearOptions,
  RmsNormBackwardOptions,
  UniformNoise,
} from '../kernels';
import type { DeviceBuffer, Nf4Matrix, WeightMatrix } from '../memory';
import { adamw, adamw8bit } from './kernels/adamw';
import { attention } from './kernels/attention';
import { attentionBackward } from './kernels/attention-backward';
import { clip } from './kernels/clip';
import { copy, fill } from './kernels/convert';
import { add, addNoise, dropout, geglu, gegluBackward, scale, swiglu, swigluBackward } from './kernels/elementwise';
import { crossEntropy, sumRanges } from './kernels/loss';
import { rowNorms, scaleColumns, scaleColumnsBackward, scaleRows } from './kernels/magnitude';
import { rmsNorm, rmsNormBackward } from './kernels/norm';
import { linear, linearBackwardInput, linearBackwardWeight } from './kernels/product';
import { quantizeNf4 } from './kernels/quantize';
import { rope } from './kernels/rope';
import { addBias, addBiasBackward, gatherRows, scatterRows } from './kernels/rows';
import type { Recording } from './recording';

/** The kernels of `kernels/` on one recording. What they are given has been checked. */
export class WebGpuKernels implements Kernels {
  constructor(private readonly r: Recording) {}

  linear(y: DeviceBuffer, x: DeviceBuffer, w: WeightMatrix, m: number, options?: LinearDeltaOptions): void {
    linear(this.r, y, x, w, m, options);
  }

  linearBackwardInput(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    w: WeightMatrix,
    m: number,
    options?: LinearDeltaOptions,
  ): void {
    linearBackwardInput(this.r, dx, dy, w, m, options);
  }

  linearBackwardWeight(
    dw: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    m: number,
    n: number,
    k: number,
    options?: LinearOptions,
  ): void {
    linearBackwardWeight(this.r, dw, dy, x, m, n, k, options);
  }

  addBias(y: DeviceBuffer, bias: DeviceBuffer, m: number, n: number): void {
    addBias(this.r, y, bias, m, n);
  }

  addBiasBackward(db: DeviceBuffer, dy: DeviceBuffer, m: number, n: number): void {
    addBiasBackward(this.r, db, dy, m, n);
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
    rmsNorm(this.r, y, x, weight, rows, dim, eps, offset);
  }

  rmsNormBackward(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    weight: DeviceBuffer,
    rows: number,
    dim: number,
    eps: number,
    options: RmsNormBackwardOptions,
  ): void {
    rmsNormBackward(this.r, dx, dy, x, weight, rows, dim, eps, options);
  }

  rope(
    x: DeviceBuffer,
    cos: DeviceBuffer,
    sin: DeviceBuffer,
    positions: Indices,
    tokens: number,
    heads: number,
    width: number,
    inverse = false,
    rotated = width,
  ): void {
    rope(this.r, x, cos, sin, positions, { tokens, heads, width, rotated }, inverse);
  }

  attention(
    o: DeviceBuffer,
    lse: DeviceBuffer | undefined,
    q: DeviceBuffer,
    k: DeviceBuffer,
    v: DeviceBuffer,
    sequences: Sequences,
    shape: AttentionShape,
  ): void {
    attention(this.r, o, lse, q, k, v, sequences, shape);
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
    sequences: Sequences,
    shape: AttentionShape,
  ): void {
    attentionBackward(this.r, { dq, dk, dv, dout, q, k, v, o, lse }, sequences, shape);
  }

  swiglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    swiglu(this.r, h, gate, up);
  }

  swigluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    swigluBackward(this.r, { dgate, dup, dh, gate, up });
  }

  geglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    geglu(this.r, h, gate, up);
  }

  gegluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    gegluBackward(this.r, { dgate, dup, dh, gate, up });
  }

  scale(x: DeviceBuffer, factor: number): void {
    scale(this.r, x, factor);
  }

  add(y: DeviceBuffer, x: DeviceBuffer): void {
    add(this.r, y, x);
  }

  copy(y: DeviceBuffer, x: DeviceBuffer): void {
    copy(this.r, y, x);
  }

  fill(x: DeviceBuffer, value: number): void {
    fill(this.r, x, value);
  }

  dropout(y: DeviceBuffer, x: DeviceBuffer, mask: DropoutMask, beta: 0 | 1 = 0): void {
    dropout(this.r, y, x, mask, beta);
  }

  addNoise(x: DeviceBuffer, noise: UniformNoise): void {
    addNoise(this.r, x, noise);
  }

  gatherRows(y: DeviceBuffer, table: WeightMatrix, ids: Indices, n: number): void {
    gatherRows(this.r, y, table, ids, n);
  }

  quantizeNf4(w: Nf4Matrix, x: DeviceBuffer): void {
    quantizeNf4(this.r, w, x);
  }

  scatterRows(table: DeviceBuffer, x: DeviceBuffer, ids: Indices, n: number, cols: number, beta: 0 | 1): void {
    scatterRows(this.r, table, x, ids, n, cols, beta);
  }

  rowNorms(norms: DeviceBuffer, x: DeviceBuffer, rows: number, cols: number): void {
    rowNorms(this.r, norms, x, rows, cols);
  }

  scaleRows(x: DeviceBuffer, factors: DeviceBuffer, norms: DeviceBuffer, rows: number, cols: number): void {
    scaleRows(this.r, x, factors, norms, rows, cols);
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
    scaleColumns(this.r, y, x, factors, norms, [rows, cols], beta);
  }

  scaleColumnsBackward(
    dfactors: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    norms: DeviceBuffer,
    rows: number,
    cols: number,
  ): void {
    scaleColumnsBackward(this.r, dfactors, dy, x, norms, [rows, cols]);
  }

  crossEntropy(
    nll: DeviceBuffer,
    logits: DeviceBuffer,
    targets: Indices,
    rows: number,
    vocab: number,
    gradScale?: number,
  ): void {
    crossEntropy(this.r, nll, logits, targets, rows, vocab, gradScale);
  }

  sumRanges(sums: DeviceBuffer, x: DeviceBuffer, offsets: Indices): void {
    sumRanges(this.r, sums, x, offsets);
  }

  clip(verdict: DeviceBuffer, gradients: DeviceBuffer, sums: DeviceBuffer, maxNorm: number): void {
    clip(this.r, verdict, gradients, sums, maxNorm);
  }

  adamw(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: DeviceBuffer,
    v: DeviceBuffer,
    step: AdamWStep,
    verdict: DeviceBuffer,
  ): void {
    adamw(this.r, p, grad, m, v, step, verdict);
  }

  adamw8bit(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: BlockMoment,
    v: BlockMoment,
    blocks: BlockTable,
    step: AdamWStep,
    verdict: DeviceBuffer,
  ): void {
    adamw8bit(this.r, p, grad, m, v, blocks, step, verdict);
  }
}
