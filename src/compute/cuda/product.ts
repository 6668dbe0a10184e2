import type { LinearDelta, LinearDeltaOptions } from '../kernels';
import type { DeviceBuffer, WeightMatrix } from '../memory';
import { float, long, type KernelArgument } from './arguments';
import type { CudaContext } from './context';
import type { Kernel } from './kernel';

/** Codes of the types of floats.h, and of the forms of weights.h. */
export const FLOAT_TYPES: Readonly<Record<string, number>> = { f32: 0, bf16: 1, f16: 2 };
const [NF4, NESTED_NF4] = [3, 4];
const NOWHERE = long(0);

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

/** Distances between the rows (or columns) of a factor and between its steps along k. */
type Strides = readonly [across: number, along: number];

interface Product {
  /** [m, n] */
  readonly c: DeviceBuffer;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: DeviceBuffer;
  readonly aStrides: Strides;
  readonly b: WeightMatrix;
  readonly bStrides: Strides;
  readonly options: LinearDeltaOptions;
  /** Of the thin product beside it: its rank, and how its u lies. */
  readonly rank: number;
  readonly uStrides: Strides;
}

/** y[m, N] = beta y + alpha x[m, K] Wᵀ + delta. */
export const linear: Kernel<'linear'> = ({ context }, y, x, w, m, options = {}) => {
  const { rows: n, cols: k } = w;
  const rank = options.delta?.u.cols ?? 0;
  const strides = { aStrides: [k, 1], bStrides: [k, 1], uStrides: [rank, 1] } as const;
  multiply(context, { c: y, m, n, k, a: x, b: w, options, rank, ...strides });
};

/** dx[m, K] = beta dx + alpha dy[m, N] W + delta. */
export const linearBackwardInput: Kernel<'linearBackwardInput'> = ({ context }, dx, dy, w, m, options = {}) => {
  const { rows: k, cols: n } = w;
  const strides = { aStrides: [k, 1], bStrides: [1, n], uStrides: [1, n] } as const;
  multiply(context, { c: dx, m, n, k, a: dy, b: w, options, rank: options.delta?.u.rows ?? 0, ...strides });
};

/** dw[n, k] = beta dw + alpha dyᵀ x, over m. */
export const linearBackwardWeight: Kernel<'linearBackwardWeight'> = ({ context }, dw, dy, x, m, n, k, options = {}) => {
  const b = { kind: 'dense', data: x, rows: m, cols: k } as const;
  const strides = { aStrides: [1, n], bStrides: [1, k], uStrides: [0, 0] } as const;
  multiply(context, { c: dw, m: n, n: k, k: m, a: dy, b, options, rank: 0, ...strides });
};

function multiply(context: CudaContext, product: Product): void {
  const { c, m, n, k, a, aStrides, b, bStrides, options, rank, uStrides } = product;
  const { alpha = 1, beta = 0, delta } = options;
  const [kernel, rows, columns] = kernelFor(context, m, n);
  context.launch(
    kernel,
    [Math.ceil(n / columns), Math.ceil(m / rows)],
    [
      ...[c, a, ...weightOf(b), ...thinBuffers(delta)],
      ...[m, n, k, rank, ...aStrides, ...bStrides, ...uStrides].map(long),
      ...[float(alpha), float(delta?.alpha ?? 0), long(beta)],
    ],
  );
}

/** The kernel for a result of m rows and n columns, and how many of each a block has. Answers have few rows, adapters few of either. */
function kernelFor({ hasBf16 }: CudaContext, m: number, n: number): readonly [string, number, number] {
  if (hasBf16 && m > ROWS_IN_FP32 && n > COLUMNS_IN_FP32) return ['product_bf16', 128, 64];
  const [rows, columns] = [m > 16 ? 64 : 16, n > 16 ? 64 : 16];
  return [`product_${rows}x${columns}`, rows, columns];
}

function thinBuffers(delta: LinearDelta | undefined): KernelArgument[] {
  return delta === undefined ? [NOWHERE, NOWHERE] : [delta.p, delta.u.data];
}
