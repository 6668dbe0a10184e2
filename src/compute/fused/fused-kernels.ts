import type { DenseMatrix, DeviceBuffer, WeightMatrix } from '../memory';
import type { Gate, NormInput } from '../recorder';

/** alpha a b, of matrices that lie as a projection has them forward, back to its input, or back to its weight. */
export interface Term {
  /** forward: a [m, k], w [n, k]; input: a [m, k], w [k, n]; weight: a [k, m], w [k, n]. */
  readonly orientation: 'forward' | 'input' | 'weight';
  readonly a: DeviceBuffer;
  readonly w: WeightMatrix;
  readonly alpha: number;
}

/** c [m, n] = base + the sum of its terms. */
export interface Sum {
  readonly c: DeviceBuffer;
  readonly m: number;
  readonly n: number;
  /** c, or what no other sum of the launch writes; 0 unless given. */
  readonly base?: DeviceBuffer | undefined;
  readonly terms: readonly Term[];
  /** The sum is the gradient of act(x) up: c becomes that of x, which it may be, and up its own. */
  readonly gate?: (Gate & { readonly x: DeviceBuffer }) | undefined;
}

/** p [rows, r] = alpha x uᵀ where u is [r, k], `forward`, or alpha x u where it is [k, r]. */
export interface ThinProduct {
  readonly orientation: 'forward' | 'input';
  readonly p: DeviceBuffer;
  readonly x: DeviceBuffer;
  readonly u: DenseMatrix;
  readonly alpha: number;
}

/** What projections see, and thin products of rows of it or of other matrices. */
export interface ThinProducts {
  readonly rows: number;
  readonly x: DeviceBuffer;
  /** fp32 [rows, cols]: receives norm(x) or act(x) up, which the products may read. It is x where there is neither norm nor gate. */
  readonly z: DeviceBuffer;
  readonly norm?: NormInput | undefined;
  readonly gate?: Gate | undefined;
  readonly products: readonly ThinProduct[];
}

/** Projections of one input that are computed together, at most; more of them are composed. */
export const MOST_PARTS = 3;

/** Kernels that do at once what takes many of the others. None reads what another of the same launch writes. */
export interface FusedKernels {
  /** Sums that are independent of each other: at most ten, with at most fifteen terms in all, each with at most six. */
  products(sums: readonly Sum[]): void;
  /** At most `MOST_PARTS` products. */
  thinProducts(thin: ThinProducts): void;
  /** Whether the kernels see buffers as large as these. */
  fits(buffers: readonly DeviceBuffer[]): boolean;
}
