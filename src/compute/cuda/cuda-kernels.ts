import type { CardKernelTable } from '../kernel-table';
import { adamwNumbers, droppedBits, dropoutThreshold } from '../kernel-numbers';
import type { AdamWStep } from '../kernels';
import { scaleBlocks, scalesOf } from '../nf4';
import { double, float, long, optional, type KernelArgument } from './arguments';
import { attentionBlocks, attentionGrid, attentionOf } from './attention';
import { THREADS } from './context';
import type { Place } from './kernel';
import {
  FLOAT_TYPES,
  floatsOf,
  linear,
  linearBackwardInput,
  linearBackwardWeight,
  products,
  weightOf,
} from './product';
import { thinProducts } from './thin-products';

/** Blocks in one direction, at most: kernels go on from there. */
const MOST_BLOCKS = 65535;
/** Blocks that square gradients, each into its own sum. */
const PARTS = 256;
const WARP = 32;
/** Activations of a gate, as kernels are told them. */
const [SILU, GELU] = [0, 1];

type Grid = readonly [number, number];
/** A thread an element. */
const each = (n: number): Grid => [Math.min(MOST_BLOCKS, Math.ceil(n / THREADS)), 1];
/** A warp an item. */
const warps = (n: number): Grid => [Math.min(MOST_BLOCKS, Math.ceil((n * WARP) / THREADS)), 1];
/** A block an item. */
const blocks = (n: number): Grid => [Math.min(MOST_BLOCKS, n), 1];
/** A block 32 columns. */
const columns = (n: number): Grid => [Math.ceil(n / WARP), 1];

/** The kernels of native/cuda/kernels. What they are given has been checked. */
export const CUDA_KERNELS: CardKernelTable<Place> = {
  linear,
  linearBackwardInput,
  linearBackwardWeight,
  products,
  thinProducts,
  fits: () => true,

  addBias({ context }, y, bias, m, n) {
    context.launch('add_bias', each(m * n), [y, ...floatsOf(bias), long(m * n), n]);
  },

  addBiasBackward({ context }, db, dy, m, n) {
    context.launch('add_bias_backward', columns(n), [db, dy, m, n]);
  },

  rmsNorm({ context }, y, x, weight, rows, dim, eps, offset = 0) {
    context.launch('rms_norm', blocks(rows), [y, x, ...floatsOf(weight), rows, dim, float(eps), float(offset)]);
  },

  rmsNormBackward({ context, memory }, dx, dy, x, weight, rows, dim, eps, { beta, dweight, offset = 0 }) {
    // Before dx, which may be dy.
    if (dweight !== undefined && rows > 0) {
      const inverses = memory.scratch(rows);
      context.launch('inverse_norms', blocks(rows), [inverses, x, rows, dim, float(eps)]);
      context.launch('norm_weight_backward', columns(dim), [dweight, dy, x, inverses, rows, dim]);
    }
    const numbers = [rows, dim, float(eps), float(offset), beta];
    context.launch('rms_norm_backward', blocks(rows), [dx, dy, x, ...floatsOf(weight), ...numbers]);
  },

  rope({ context }, [first, second], cos, sin, positions, tokens, width, inverse = false, rotated = width) {
    const half = rotated / 2;
    const [heads, others] = [first!.heads, second?.heads ?? 0];
    const n = tokens * (heads + others) * half;
    const buffers = [first!.x, optional(second?.x), cos, sin, positions.data];
    context.launch('rope', each(n), [...buffers, long(n), heads, others, width, half, float(inverse ? -1 : 1)]);
  },

  attention({ context }, o, lse, q, k, v, sequences, shape) {
    const rows = sequences.queryRows;
    const blocks = attentionBlocks(context, rows, shape);
    const geometry = attentionOf(sequences, shape, rows);
    const grid = attentionGrid(blocks, rows, shape.heads);
    context.launch(`attention_${blocks.name}`, grid, [o, optional(lse), q, k, v, ...geometry]);
  },

  attentionBackward({ context, memory }, dq, dk, dv, dout, q, k, v, o, lse, sequences, shape) {
    const { queryRows, keyRows } = sequences;
    const { heads, kvHeads, headDim } = shape;
    const blocks = attentionBlocks(context, queryRows, shape);
    const n = queryRows * heads;
    const pairs = memory.scratch(2 * n);
    context.launch('attention_pairs', warps(n), [pairs, dout, o, lse, long(n), headDim]);
    const inputs = [dout, q, k, v, pairs];
    const toQueries = [dq, ...inputs, ...attentionOf(sequences, shape, queryRows)];
    context.launch(`attention_queries_${blocks.name}`, attentionGrid(blocks, queryRows, heads), toQueries);
    const toKeys = [dk, dv, ...inputs, ...attentionOf(sequences, shape, keyRows)];
    const grid = attentionGrid(blocks, keyRows, kvHeads * blocks.toKeys);
    context.launch(`attention_keys_${blocks.name}`, grid, toKeys);
  },

  swiglu({ context }, h, gate, up) {
    context.launch('gate', each(h.length), [h, gate, up, long(h.length), SILU]);
  },

  swigluBackward({ context }, dgate, dup, dh, gate, up) {
    context.launch('gate_backward', each(dh.length), [dgate, dup, dh, gate, up, long(dh.length), SILU]);
  },

  geglu({ context }, h, gate, up) {
    context.launch('gate', each(h.length), [h, gate, up, long(h.length), GELU]);
  },

  gegluBackward({ context }, dgate, dup, dh, gate, up) {
    context.launch('gate_backward', each(dh.length), [dgate, dup, dh, gate, up, long(dh.length), GELU]);
  },

  scale({ context }, x, factor) {
    context.launch('scale', each(x.length), [x, long(x.length), float(factor)]);
  },

  add({ context }, y, x) {
    context.launch('add', each(y.length), [y, x, long(y.length)]);
  },

  copy({ context }, y, x) {
    const n = y.length;
    if (y.dtype === 'i32') context.launch('copy_integers', each(n), [y, x, long(n)]);
    else if (y.dtype === 'u8') context.launch('copy_bytes', each(n), [y, x, long(n)]);
    else context.launch('copy_floats', each(n), [...floatsOf(y), ...floatsOf(x), long(n)]);
  },

  fill({ context }, x, value) {
    const n = x.length;
    if (x.dtype === 'i32') context.launch('fill_integers', each(n), [x, long(n), value | 0]);
    else context.launch('fill_floats', each(n), [x, long(FLOAT_TYPES[x.dtype]!), long(n), float(value)]);
  },

  dropout({ context }, y, x, { p, seed, offset }, beta = 0) {
    const numbers = [long(y.length), long(seed), long(offset), long(dropoutThreshold(p)), float(1 / (1 - p)), beta];
    context.launch('dropout', each(y.length), [y, x, ...numbers]);
  },

  addNoise({ context }, x, { magnitude, seed, offset }) {
    context.launch('add_noise', each(x.length), [x, long(x.length), long(seed), long(offset), float(magnitude)]);
  },

  dither({ context }, x, type, { seed, offset }) {
    context.launch('dither', each(x.length), [x, long(x.length), long(seed), long(offset), droppedBits(type)]);
  },

  gatherRows({ context }, y, table, ids, n) {
    context.launch('gather_rows', each(n * table.cols), [
      y,
      ...weightOf(table),
      ids.data,
      long(n * table.cols),
      table.cols,
    ]);
  },

  quantizeNf4({ context, memory }, { codes, scales, rows, cols }, x) {
    const n = scalesOf(rows * cols);
    if (n === 0) return;
    const absmax = scales.kind === 'plain' ? scales.absmax : memory.scratch(n);
    context.launch('nf4_codes', warps(n), [codes, absmax, ...floatsOf(x), long(rows * cols), long(n)]);
    if (scales.kind === 'plain') return;
    const { map, offset } = scales;
    context.launch('mean', [1, 1], [offset, absmax, long(n)]);
    const nested = scaleBlocks(n);
    const buffers = [scales.codes, scales.absmax, absmax, map, offset];
    context.launch('nested_scales', blocks(nested), [...buffers, long(n), long(nested)]);
  },

  scatterRows({ context }, table, x, ids, n, cols, beta) {
    context.launch('scatter_rows', each(cols), [table, x, ids.data, n, cols, beta]);
  },

  rowNorms({ context }, norms, x, rows, cols) {
    context.launch('row_norms', blocks(rows), [norms, x, rows, cols]);
  },

  scaleRows({ context }, x, factors, norms, rows, cols) {
    context.launch('scale_rows', each(rows * cols), [x, factors, norms, long(rows * cols), cols]);
  },

  scaleColumns({ context }, y, x, factors, norms, rows, cols, beta) {
    context.launch('scale_columns', each(rows * cols), [y, x, factors, norms, long(rows * cols), cols, beta]);
  },

  scaleColumnsBackward({ context }, dfactors, dy, x, norms, rows, cols) {
    context.launch('scale_columns_backward', columns(cols), [dfactors, dy, x, norms, rows, cols]);
  },

  crossEntropy({ context }, nll, logits, targets, rows, vocab, gradScale) {
    const gradient = [gradScale === undefined ? 0 : 1, float(gradScale ?? 0)];
    context.launch('cross_entropy', blocks(rows), [nll, logits, targets.data, rows, vocab, ...gradient]);
  },

  sumRanges({ context }, sums, x, offsets) {
    const ranges = offsets.length - 1;
    context.launch('sum_ranges', blocks(ranges), [sums, x, offsets.data, ranges]);
  },

  clip({ context, memory }, verdict, gradients, sums, maxNorm) {
    // Doubles, in the place of two fp32 each.
    const squares = memory.scratch(2 * PARTS);
    context.launch('squares', [PARTS, 1], [squares, gradients, long(gradients.length)]);
    context.launch('verdict', [1, 1], [verdict, squares, PARTS, sums, long(sums.length), double(maxNorm)]);
  },

  adamw({ context }, p, grad, m, v, step, verdict) {
    context.launch('adamw', each(p.length), [p, grad, m, v, verdict, ...stepOf(step), long(p.length)]);
  },

  adamw8bit({ context }, p, grad, m, v, table, step, verdict) {
    const moments = [m, v].flatMap(({ map, codes, absmax, exact }) => [map, codes, absmax, exact]);
    const rest = [table.data, long(table.count), verdict, ...stepOf(step)];
    context.launch('adamw_blocks', blocks(table.count), [p, grad, ...moments, ...rest]);
  },
};

/** The struct Step. */
function stepOf(step: AdamWStep): KernelArgument[] {
  const { decay, rest1, keep2, rest2, stepSize, rootCorrection, epsilon } = adamwNumbers(step);
  return [decay, rest1, keep2, rest2, stepSize, rootCorrection, epsilon].map(float);
}
