import type { BlockMoment, BlockTable } from './block-moments';
import type { DeviceBuffer, HalfType, Nf4Matrix, WeightMatrix } from './memory';
import type { Indices, Sequences } from './indices';
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
} from './kernels';
import * as shapes from './shapes';

const { anyFloats, floats, size } = shapes;

/** The kernels of a device behind the checks of what they are given, so that every device refuses the same calls in the same words. */
export class CheckedKernels implements Kernels {
  constructor(private readonly kernels: Kernels) {}

  linear(y: DeviceBuffer, x: DeviceBuffer, w: WeightMatrix, m: number, options?: LinearDeltaOptions): void {
    floats('y', y, size('m', m) * w.rows);
    floats('x', x, m * w.cols);
    shapes.weight('w', w);
    if (options?.delta !== undefined) thinProduct(options.delta, m, options.delta.u.cols, w.rows);
    this.kernels.linear(y, x, w, m, options);
  }

  linearBackwardInput(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    w: WeightMatrix,
    m: number,
    options?: LinearDeltaOptions,
  ): void {
    floats('dx', dx, size('m', m) * w.cols);
    floats('dy', dy, m * w.rows);
    shapes.weight('w', w);
    if (options?.delta !== undefined) thinProduct(options.delta, m, options.delta.u.rows, w.cols);
    this.kernels.linearBackwardInput(dx, dy, w, m, options);
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
    floats('dw', dw, size('n', n) * size('k', k));
    floats('dy', dy, size('m', m) * n);
    floats('x', x, m * k);
    this.kernels.linearBackwardWeight(dw, dy, x, m, n, k, options);
  }

  addBias(y: DeviceBuffer, bias: DeviceBuffer, m: number, n: number): void {
    floats('y', y, size('m', m) * size('n', n));
    anyFloats('bias', bias, n);
    this.kernels.addBias(y, bias, m, n);
  }

  addBiasBackward(db: DeviceBuffer, dy: DeviceBuffer, m: number, n: number): void {
    floats('db', db, size('n', n));
    floats('dy', dy, size('m', m) * n);
    this.kernels.addBiasBackward(db, dy, m, n);
  }

  rmsNorm(
    y: DeviceBuffer,
    x: DeviceBuffer,
    weight: DeviceBuffer,
    rows: number,
    dim: number,
    eps: number,
    offset?: number,
  ): void {
    const length = size('rows', rows) * size('dim', dim, 1);
    floats('y', y, length);
    floats('x', x, length);
    anyFloats('weight', weight, dim);
    this.kernels.rmsNorm(y, x, weight, rows, dim, eps, offset);
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
    const length = size('rows', rows) * size('dim', dim, 1);
    floats('dx', dx, length);
    floats('dy', dy, length);
    floats('x', x, length);
    anyFloats('weight', weight, dim);
    if (options.dweight !== undefined) floats('dweight', options.dweight, dim);
    this.kernels.rmsNormBackward(dx, dy, x, weight, rows, dim, eps, options);
  }

  rope(
    turned: readonly Turned[],
    cos: DeviceBuffer,
    sin: DeviceBuffer,
    positions: Indices,
    tokens: number,
    headDim: number,
    inverse?: boolean,
    rotated = headDim,
  ): void {
    if (rotated % 2 !== 0) throw new RangeError(`${rotated} rotated elements are an odd number`);
    if (rotated > headDim) throw new RangeError(`a head of ${headDim} has no ${rotated} elements to rotate`);
    if (turned.length < 1 || turned.length > 2) throw new RangeError(`${turned.length} matrices are turned together`);
    for (const { x, heads } of turned) {
      floats('x', x, size('tokens', tokens) * size('heads', heads) * size('headDim', headDim, 2));
    }
    const limit = shapes.rowsOf('cos', cos, size('rotated', rotated, 2) / 2);
    floats('sin', sin, cos.length);
    shapes.indices('positions', positions, tokens, limit);
    this.kernels.rope(turned, cos, sin, positions, tokens, headDim, inverse, rotated);
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
    attentionInputs(q, k, v, o, lse, sequences, shape);
    this.kernels.attention(o, lse, q, k, v, sequences, shape);
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
    attentionInputs(q, k, v, o, lse, sequences, shape);
    floats('dq', dq, q.length);
    floats('dk', dk, k.length);
    floats('dv', dv, k.length);
    floats('dout', dout, q.length);
    this.kernels.attentionBackward(dq, dk, dv, dout, q, k, v, o, lse, sequences, shape);
  }

  swiglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    for (const [name, buffer] of Object.entries({ h, gate, up })) floats(name, buffer, h.length);
    this.kernels.swiglu(h, gate, up);
  }

  swigluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    for (const [name, buffer] of Object.entries({ dgate, dup, dh, gate, up })) floats(name, buffer, dh.length);
    this.kernels.swigluBackward(dgate, dup, dh, gate, up);
  }

  geglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    for (const [name, buffer] of Object.entries({ h, gate, up })) floats(name, buffer, h.length);
    this.kernels.geglu(h, gate, up);
  }

  gegluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    for (const [name, buffer] of Object.entries({ dgate, dup, dh, gate, up })) floats(name, buffer, dh.length);
    this.kernels.gegluBackward(dgate, dup, dh, gate, up);
  }

  scale(x: DeviceBuffer, factor: number): void {
    floats('x', x, x.length);
    this.kernels.scale(x, factor);
  }

  add(y: DeviceBuffer, x: DeviceBuffer): void {
    floats('y', y, y.length);
    floats('x', x, y.length);
    this.kernels.add(y, x);
  }

  copy(y: DeviceBuffer, x: DeviceBuffer): void {
    const accept = y.dtype === 'i32' ? shapes.integers : y.dtype === 'u8' ? shapes.bytes : anyFloats;
    accept('y', y, y.length);
    accept('x', x, y.length);
    this.kernels.copy(y, x);
  }

  fill(x: DeviceBuffer, value: number): void {
    if (x.dtype !== 'i32') anyFloats('x', x, x.length);
    this.kernels.fill(x, value);
  }

  dropout(y: DeviceBuffer, x: DeviceBuffer, mask: DropoutMask, beta?: 0 | 1): void {
    const { p, seed, offset } = mask;
    if (!(p >= 0 && p < 1)) throw new RangeError(`p is ${p}, outside [0, 1)`);
    size('seed', seed);
    size('offset', offset);
    floats('y', y, y.length);
    floats('x', x, y.length);
    this.kernels.dropout(y, x, mask, beta);
  }

  addNoise(x: DeviceBuffer, noise: UniformNoise): void {
    const { magnitude, seed, offset } = noise;
    if (!Number.isFinite(magnitude)) throw new RangeError(`magnitude is ${magnitude}`);
    size('seed', seed);
    size('offset', offset);
    floats('x', x, x.length);
    this.kernels.addNoise(x, noise);
  }

  dither(x: DeviceBuffer, type: HalfType, draw: Draw): void {
    size('seed', draw.seed);
    size('offset', draw.offset);
    floats('x', x, x.length);
    this.kernels.dither(x, type, draw);
  }

  gatherRows(y: DeviceBuffer, table: WeightMatrix, ids: Indices, n: number): void {
    floats('y', y, size('n', n) * table.cols);
    shapes.weight('table', table);
    shapes.indices('ids', ids, n, table.rows);
    this.kernels.gatherRows(y, table, ids, n);
  }

  quantizeNf4(w: Nf4Matrix, x: DeviceBuffer): void {
    shapes.weight('w', w);
    anyFloats('x', x, w.rows * w.cols);
    this.kernels.quantizeNf4(w, x);
  }

  scatterRows(table: DeviceBuffer, x: DeviceBuffer, ids: Indices, n: number, cols: number, beta: 0 | 1): void {
    const limit = shapes.rowsOf('table', table, size('cols', cols, 1));
    floats('x', x, size('n', n) * cols);
    shapes.indices('ids', ids, n, limit);
    this.kernels.scatterRows(table, x, ids, n, cols, beta);
  }

  rowNorms(norms: DeviceBuffer, x: DeviceBuffer, rows: number, cols: number): void {
    floats('norms', norms, size('rows', rows));
    floats('x', x, rows * size('cols', cols));
    this.kernels.rowNorms(norms, x, rows, cols);
  }

  scaleRows(x: DeviceBuffer, factors: DeviceBuffer, norms: DeviceBuffer, rows: number, cols: number): void {
    floats('x', x, size('rows', rows) * size('cols', cols));
    floats('factors', factors, rows);
    floats('norms', norms, rows);
    this.kernels.scaleRows(x, factors, norms, rows, cols);
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
    floats('y', y, size('rows', rows) * size('cols', cols));
    floats('x', x, rows * cols);
    floats('factors', factors, cols);
    floats('norms', norms, cols);
    this.kernels.scaleColumns(y, x, factors, norms, rows, cols, beta);
  }

  scaleColumnsBackward(
    dfactors: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    norms: DeviceBuffer,
    rows: number,
    cols: number,
  ): void {
    floats('dfactors', dfactors, size('cols', cols));
    floats('dy', dy, size('rows', rows) * cols);
    floats('x', x, rows * cols);
    floats('norms', norms, cols);
    this.kernels.scaleColumnsBackward(dfactors, dy, x, norms, rows, cols);
  }

  crossEntropy(
    nll: DeviceBuffer,
    logits: DeviceBuffer,
    targets: Indices,
    rows: number,
    vocab: number,
    gradScale?: number,
  ): void {
    floats('nll', nll, size('rows', rows));
    floats('logits', logits, rows * size('vocab', vocab, 1));
    shapes.indices('targets', targets, rows, vocab);
    this.kernels.crossEntropy(nll, logits, targets, rows, vocab, gradScale);
  }

  sumRanges(sums: DeviceBuffer, x: DeviceBuffer, offsets: Indices): void {
    floats('x', x, x.length);
    shapes.indices('offsets', offsets, size('offsets', offsets.length, 1), x.length + 1);
    floats('sums', sums, 2 * (offsets.length - 1));
    this.kernels.sumRanges(sums, x, offsets);
  }

  clip(verdict: DeviceBuffer, gradients: DeviceBuffer, sums: DeviceBuffer, maxNorm: number): void {
    floats('verdict', verdict, 4);
    floats('gradients', gradients, gradients.length);
    shapes.rowsOf('sums', sums, 2);
    if (!(maxNorm >= 0)) throw new RangeError(`maxNorm is ${maxNorm}`);
    this.kernels.clip(verdict, gradients, sums, maxNorm);
  }

  adamw(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: DeviceBuffer,
    v: DeviceBuffer,
    step: AdamWStep,
    verdict: DeviceBuffer,
  ): void {
    for (const [name, buffer] of Object.entries({ p, grad, m, v })) floats(name, buffer, p.length);
    floats('verdict', verdict, 4);
    size('step', step.step, 1);
    this.kernels.adamw(p, grad, m, v, step, verdict);
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
    floats('p', p, p.length);
    floats('grad', grad, p.length);
    shapes.blockMoments(blocks, { m, v }, p.length);
    floats('verdict', verdict, 4);
    size('step', step.step, 1);
    this.kernels.adamw8bit(p, grad, m, v, blocks, step, verdict);
  }
}

/** A thin product that is added to one of [m, n]: rank r. */
function thinProduct({ p, u }: LinearDelta, m: number, r: number, n: number): void {
  floats('p', p, m * size('r', r, 1));
  floats('u', u.data, r * n);
}

function attentionInputs(
  q: DeviceBuffer,
  k: DeviceBuffer,
  v: DeviceBuffer,
  o: DeviceBuffer,
  lse: DeviceBuffer | undefined,
  sequences: Sequences,
  shape: AttentionShape,
): void {
  shapes.attentionShape(shape);
  const { heads, kvHeads, headDim } = shape;
  const queryRows = shapes.rowsOf('q', q, heads * headDim);
  const keyRows = shapes.rowsOf('k', k, kvHeads * headDim);
  floats('o', o, q.length);
  floats('v', v, k.length);
  if (lse !== undefined) floats('lse', lse, queryRows * heads);
  shapes.sequencesWithin(sequences, queryRows, keyRows);
}
