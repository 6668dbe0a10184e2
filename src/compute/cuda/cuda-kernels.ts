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
import { scaleBlocks, scalesOf } from '../nf4';
import { double, float, long, optional, type KernelArgument } from './arguments';
import { attentionGrid, attentionOf, chunksOf } from './attention';
import { THREADS, type CudaContext } from './context';
import type { CudaMemory } from './cuda-memory';
import { FLOAT_TYPES, floatsOf, linear, linearBackwardInput, linearBackwardWeight, weightOf } from './product';

/** Blocks in one direction, at most: kernels go on from there. */
const MOST_BLOCKS = 65535;
/** Blocks that square gradients, each into its own sum. */
const PARTS = 256;
const WARP = 32;

type Grid = readonly [number, number];
/** A thread an element. */
const each = (n: number): Grid => [Math.min(MOST_BLOCKS, Math.ceil(n / THREADS)), 1];
/** A warp an item. */
const warps = (n: number): Grid => [Math.min(MOST_BLOCKS, Math.ceil((n * WARP) / THREADS)), 1];
/** A block an item. */
const blocks = (n: number): Grid => [Math.min(MOST_BLOCKS, n), 1];
/** A block 32 columns. */
const columns = (n: number): Grid => [Math.ceil(n / WARP), 1];

/** The kernels of native/cuda/kernels. Calling one enqueues it. What they are given has been checked. */
export class CudaKernels implements Kernels {
  constructor(
    private readonly context: CudaContext,
    private readonly memory: CudaMemory,
  ) {}

  linear(y: DeviceBuffer, x: DeviceBuffer, w: WeightMatrix, m: number, options?: LinearDeltaOptions): void {
    linear(this.context, y, x, w, m, options);
  }

  linearBackwardInput(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    w: WeightMatrix,
    m: number,
    options?: LinearDeltaOptions,
  ): void {
    linearBackwardInput(this.context, dx, dy, w, m, options);
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
    linearBackwardWeight(this.context, dw, dy, x, m, n, k, options);
  }

  addBias(y: DeviceBuffer, bias: DeviceBuffer, m: number, n: number): void {
    this.#launch('add_bias', each(m * n), [y, ...floatsOf(bias), long(m * n), n]);
  }

  addBiasBackward(db: DeviceBuffer, dy: DeviceBuffer, m: number, n: number): void {
    this.#launch('add_bias_backward', columns(n), [db, dy, m, n]);
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
    this.#launch('rms_norm', blocks(rows), [y, x, ...floatsOf(weight), rows, dim, float(eps), float(offset)]);
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
    // Before dx, which may be dy.
    if (dweight !== undefined && rows > 0) {
      const inverses = this.memory.scratch(rows);
      this.#launch('inverse_norms', blocks(rows), [inverses, x, rows, dim, float(eps)]);
      this.#launch('norm_weight_backward', columns(dim), [dweight, dy, x, inverses, rows, dim]);
    }
    const numbers = [rows, dim, float(eps), float(offset), beta];
    this.#launch('rms_norm_backward', blocks(rows), [dx, dy, x, ...floatsOf(weight), ...numbers]);
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
    const half = rotated / 2;
    const n = tokens * heads * half;
    this.#launch('rope', each(n), [x, cos, sin, positions.data, long(n), heads, width, half, float(inverse ? -1 : 1)]);
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
    const rows = sequences.queryRows;
    const geometry = attentionOf(sequences, shape, rows);
    const grid = attentionGrid(rows, shape.heads);
    this.#launch(`attention_${chunksOf(shape)}`, grid, [o, optional(lse), q, k, v, ...geometry]);
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
    const { queryRows, keyRows } = sequences;
    const { heads, kvHeads, headDim } = shape;
    const chunks = chunksOf(shape);
    const n = queryRows * heads;
    const pairs = this.memory.scratch(2 * n);
    this.#launch('attention_pairs', warps(n), [pairs, dout, o, lse, long(n), headDim]);
    const inputs = [dout, q, k, v, pairs];
    const toQueries = [dq, ...inputs, ...attentionOf(sequences, shape, queryRows)];
    this.#launch(`attention_queries_${chunks}`, attentionGrid(queryRows, heads), toQueries);
    const toKeys = [dk, dv, ...inputs, ...attentionOf(sequences, shape, keyRows)];
    this.#launch(`attention_keys_${chunks}`, attentionGrid(keyRows, kvHeads), toKeys);
  }

  swiglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    this.#launch('swiglu', each(h.length), [h, gate, up, long(h.length)]);
  }

  swigluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    this.#launch('swiglu_backward', each(dh.length), [dgate, dup, dh, gate, up, long(dh.length)]);
  }

  geglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    this.#launch('geglu', each(h.length), [h, gate, up, long(h.length)]);
  }

  gegluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
    this.#launch('geglu_backward', each(dh.length), [dgate, dup, dh, gate, up, long(dh.length)]);
  }

  scale(x: DeviceBuffer, factor: number): void {
    this.#launch('scale', each(x.length), [x, long(x.length), float(factor)]);
  }

  add(y: DeviceBuffer, x: DeviceBuffer): void {
    this.#launch('add', each(y.length), [y, x, long(y.length)]);
  }

  copy(y: DeviceBuffer, x: DeviceBuffer): void {
    const n = y.length;
    if (y.dtype === 'i32') this.#launch('copy_integers', each(n), [y, x, long(n)]);
    else if (y.dtype === 'u8') this.#launch('copy_bytes', each(n), [y, x, long(n)]);
    else this.#launch('copy_floats', each(n), [...floatsOf(y), ...floatsOf(x), long(n)]);
  }

  fill(x: DeviceBuffer, value: number): void {
    const n = x.length;
    if (x.dtype === 'i32') this.#launch('fill_integers', each(n), [x, long(n), value | 0]);
    else this.#launch('fill_floats', each(n), [x, long(FLOAT_TYPES[x.dtype]!), long(n), float(value)]);
  }

  dropout(y: DeviceBuffer, x: DeviceBuffer, { p, seed, offset }: DropoutMask, beta: 0 | 1 = 0): void {
    const threshold = Math.min(0xffffffff, Math.floor(p * 2 ** 32));
    const numbers = [long(y.length), long(seed), long(offset), long(threshold), float(1 / (1 - p)), beta];
    this.#launch('dropout', each(y.length), [y, x, ...numbers]);
  }

  addNoise(x: DeviceBuffer, { magnitude, seed, offset }: UniformNoise): void {
    this.#launch('add_noise', each(x.length), [x, long(x.length), long(seed), long(offset), float(magnitude)]);
  }

  gatherRows(y: DeviceBuffer, table: WeightMatrix, ids: Indices, n: number): void {
    this.#launch('gather_rows', each(n * table.cols), [
      y,
      ...weightOf(table),
      ids.data,
      long(n * table.cols),
      table.cols,
    ]);
  }

  quantizeNf4({ codes, scales, rows, cols }: Nf4Matrix, x: DeviceBuffer): void {
    const n = scalesOf(rows * cols);
    if (n === 0) return;
    const absmax = scales.kind === 'plain' ? scales.absmax : this.memory.scratch(n);
    this.#launch('nf4_codes', warps(n), [codes, absmax, ...floatsOf(x), long(rows * cols), long(n)]);
    if (scales.kind === 'plain') return;
    const { map, offset } = scales;
    this.#launch('mean', [1, 1], [offset, absmax, long(n)]);
    const nested = scaleBlocks(n);
    const buffers = [scales.codes, scales.absmax, absmax, map, offset];
    this.#launch('nested_scales', blocks(nested), [...buffers, long(n), long(nested)]);
  }

  scatterRows(table: DeviceBuffer, x: DeviceBuffer, ids: Indices, n: number, cols: number, beta: 0 | 1): void {
    this.#launch('scatter_rows', each(cols), [table, x, ids.data, n, cols, beta]);
  }

  rowNorms(norms: DeviceBuffer, x: DeviceBuffer, rows: number, cols: number): void {
    this.#launch('row_norms', blocks(rows), [norms, x, rows, cols]);
  }

  scaleRows(x: DeviceBuffer, factors: DeviceBuffer, norms: DeviceBuffer, rows: number, cols: number): void {
    this.#launch('scale_rows', each(rows * cols), [x, factors, norms, long(rows * cols), cols]);
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
    this.#launch('scale_columns', each(rows * cols), [y, x, factors, norms, long(rows * cols), cols, beta]);
  }

  scaleColumnsBackward(
    dfactors: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    norms: DeviceBuffer,
    rows: number,
    cols: number,
  ): void {
    this.#launch('scale_columns_backward', columns(cols), [dfactors, dy, x, norms, rows, cols]);
  }

  crossEntropy(
    nll: DeviceBuffer,
    logits: DeviceBuffer,
    targets: Indices,
    rows: number,
    vocab: number,
    gradScale?: number,
  ): void {
    const gradient = [gradScale === undefined ? 0 : 1, float(gradScale ?? 0)];
    this.#launch('cross_entropy', blocks(rows), [nll, logits, targets.data, rows, vocab, ...gradient]);
  }

  sumRanges(sums: DeviceBuffer, x: DeviceBuffer, offsets: Indices): void {
    const ranges = offsets.length - 1;
    this.#launch('sum_ranges', blocks(ranges), [sums, x, offsets.data, ranges]);
  }

  clip(verdict: DeviceBuffer, gradients: DeviceBuffer, sums: DeviceBuffer, maxNorm: number): void {
    // Doubles, in the place of two fp32 each.
    const squares = this.memory.scratch(2 * PARTS);
    this.#launch('squares', [PARTS, 1], [squares, gradients, long(gradients.length)]);
    this.#launch('verdict', [1, 1], [verdict, squares, PARTS, sums, long(sums.length), double(maxNorm)]);
  }

  adamw(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: DeviceBuffer,
    v: DeviceBuffer,
    step: AdamWStep,
    verdict: DeviceBuffer,
  ): void {
    this.#launch('adamw', each(p.length), [p, grad, m, v, verdict, ...stepOf(step), long(p.length)]);
  }

  adamw8bit(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: BlockMoment,
    v: BlockMoment,
    table: BlockTable,
    step: AdamWStep,
    verdict: DeviceBuffer,
  ): void {
    const moments = [m, v].flatMap(({ map, codes, absmax, exact }) => [map, codes, absmax, exact]);
    const rest = [table.data, long(table.count), verdict, ...stepOf(step)];
    this.#launch('adamw_blocks', blocks(table.count), [p, grad, ...moments, ...rest]);
  }

  #launch(kernel: string, grid: Grid, args: readonly KernelArgument[]): void {
    this.context.launch(kernel, grid, args);
  }
}

/** The struct Step: what does not change from element to element, in double precision as the other devices take it. */
function stepOf({ learningRate, beta1, beta2, eps, weightDecay, step }: AdamWStep): KernelArgument[] {
  const size = learningRate / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  return [1 - learningRate * weightDecay, 1 - beta1, beta2, 1 - beta2, size, correction, eps].map(float);
}
