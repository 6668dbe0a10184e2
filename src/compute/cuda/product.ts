import type { Sum, Term } from '../fused/fused-kernels';
import type { LinearDeltaOptions } from '../kernels';
import type { DeviceBuffer, WeightMatrix } from '../memory';
import { float, gap, long, optional, type KernelArgument } from './arguments';
import type { CudaContext } from './context';
import type { FusedKernel, Kernel } from './kernel';

/** Codes of the types of floats.h, and of the forms of weights.h. */
export const FLOAT_TYPES: Readonly<Record<string, number>> = { f32: 0, bf16: 1, f16: 2 };
const [NF4, NESTED_NF4] = [3, 4];
const NOWHERE = long(0);

/** The arrays of the struct Results, and bytes of their elements. */
const [MOST_TERMS, TERM_BYTES, MOST_SUMS, SUM_BYTES] = [15, 104, 10, 72];

/** Products of at most so many rows, or columns, are summed in fp32; larger ones on tensor cores where there are any. */
export const ROWS_IN_FP32 = 64;
const COLUMNS_IN_FP32 = 64;

/** The struct Floats. */
export function floatsOf(buffer: DeviceBuffer): KernelArgument[] {
  return [buffer, long(FLOAT_TYPES[buffer.dtype]!)];
}

/** The struct Weight. */
export function weightOf(w: WeightMatrix): KernelArgument[] {
  if (w.kind === 'dense') {
    return [w.data, NOWHERE, NOWHERE, NOWHERE, NOWHERE, long(FLOAT_TYPES[w.data.dtype]!)];
  }
  const { codes, scales } = w;
  if (scales.kind === 'plain') return [codes, scales.absmax, NOWHERE, NOWHERE, NOWHERE, long(NF4)];
  return [codes, scales.absmax, scales.codes, scales.map, scales.offset, long(NESTED_NF4)];
}

/** y[m, N] = beta y + alpha x[m, K] Wᵀ + delta. */
export const linear: Kernel<'linear'> = (place, y, x, w, m, options = {}) => {
  products(place, [sumOf('forward', y, m, w.rows, x, w, options)]);
};

/** dx[m, K] = beta dx + alpha dy[m, N] W + delta. */
export const linearBackwardInput: Kernel<'linearBackwardInput'> = (place, dx, dy, w, m, options = {}) => {
  products(place, [sumOf('input', dx, m, w.cols, dy, w, options)]);
};

/** dw[n, k] = beta dw + alpha dyᵀ x, over m. */
export const linearBackwardWeight: Kernel<'linearBackwardWeight'> = (place, dw, dy, x, m, n, k, options = {}) => {
  products(place, [sumOf('weight', dw, n, k, dy, { kind: 'dense', data: x, rows: m, cols: k }, options)]);
};

function sumOf(
  orientation: Term['orientation'],
  c: DeviceBuffer,
  m: number,
  n: number,
  a: DeviceBuffer,
  w: WeightMatrix,
  { alpha = 1, beta = 0, delta }: LinearDeltaOptions,
): Sum {
  const terms: Term[] = [{ orientation, a, w, alpha }];
  if (delta !== undefined) terms.push({ orientation, a: delta.p, w: delta.u, alpha: delta.alpha });
  return { c, m, n, base: beta === 0 ? undefined : c, terms };
}

/** Independent sums of products by one launch. */
export const products: FusedKernel<'products'> = ({ context }, sums) => {
  let [blocks, terms] = [0, 0];
  const kinds = sums.map(({ m, n }) => tileFor(context, m, n));
  const results = sums.map(({ c, m, n, base, terms: own, gate }, i): KernelArgument[] => {
    const { code, rows, columns } = kinds[i]!;
    const [first, firstBlock, across] = [terms, blocks, Math.ceil(n / columns)];
    terms += own.length;
    blocks += Math.ceil(m / rows) * across;
    return [
      ...[c, optional(base), optional(gate?.x), optional(gate?.up), long(m), long(n)],
      ...[first, terms, firstBlock, across, code, gate?.activation === 'gelu' ? 1 : 0],
    ];
  });
  if (results.length > MOST_SUMS || terms > MOST_TERMS) throw new RangeError('too many products for one launch');
  context.launch(
    kinds.includes(TILES.bf16) ? `products_${context.tensorCores}` : 'products',
    [blocks, 1],
    [
      ...sums.flatMap(({ m, n, terms: own }) => own.flatMap((term) => termOf(term, m, n))),
      gap((MOST_TERMS - terms) * TERM_BYTES),
      ...results.flat(),
      gap((MOST_SUMS - results.length) * SUM_BYTES),
      ...[results.length, 0],
    ],
  );
};

/** The struct Term. */
function termOf({ orientation, a, w, alpha }: Term, m: number, n: number): KernelArgument[] {
  const k = orientation === 'forward' ? w.cols : w.rows;
  const [ofA, ofB] = [orientation === 'weight' ? [1, m] : [k, 1], orientation === 'forward' ? [k, 1] : [1, n]];
  return [a, ...weightOf(w), ...[...ofA, ...ofB, k].map(long), float(alpha), 0];
}

interface Tile {
  /** Of the enumeration Tile. */
  readonly code: number;
  readonly rows: number;
  readonly columns: number;
}

/** Parts of a result that a block computes: answers have few rows, adapters few of either. */
const TILES = {
  large: { code: 0, rows: 64, columns: 64 },
  narrow: { code: 1, rows: 64, columns: 16 },
  flat: { code: 2, rows: 16, columns: 64 },
  small: { code: 3, rows: 16, columns: 16 },
  bf16: { code: 4, rows: 128, columns: 64 },
} as const satisfies Record<string, Tile>;

function tileFor({ tensorCores }: CudaContext, m: number, n: number): Tile {
  if (tensorCores !== undefined && m > ROWS_IN_FP32 && n > COLUMNS_IN_FP32) return TILES.bf16;
  if (n > 16) return m > 16 ? TILES.large : TILES.flat;
  return m > 16 ? TILES.narrow : TILES.small;
}
