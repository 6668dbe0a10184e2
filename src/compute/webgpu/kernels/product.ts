import type { LinearDelta } from '../../kernels';
import { matrixRows } from '../../matrix-rows';
import type { DenseMatrix, DeviceBuffer, WeightMatrix } from '../../memory';
import type { Kernel } from '../kernel';
import { programOnce } from '../program';
import type { Recording } from '../recording';
import { productProgram, type Orientation, type Tile } from './product-program';
import { formOf, weightBuffers, weightParts } from './weights';

/** Many rows or few of the result, and many columns or few: answers have few rows, adapters few of either. */
const TILES = [
  [
    { rows: 64, cols: 64, threadRows: 4, threadCols: 4 },
    { rows: 64, cols: 16, threadRows: 4, threadCols: 2 },
  ],
  [
    { rows: 16, cols: 64, threadRows: 2, threadCols: 4 },
    { rows: 16, cols: 16, threadRows: 2, threadCols: 2 },
  ],
] as const;

interface Product {
  readonly orientation: Orientation;
  /** [m, n], with rows at a distance of `stride`. */
  readonly c: DeviceBuffer;
  readonly m: number;
  readonly n: number;
  readonly stride: number;
  readonly a: DeviceBuffer;
  readonly aStride: number;
  readonly w: WeightMatrix;
  readonly k: number;
  readonly alpha: number;
  readonly beta: 0 | 1;
  readonly delta?: { readonly p: DeviceBuffer; readonly u: DeviceBuffer; readonly r: number; readonly alpha: number };
}

/** y[m, N] = beta y + alpha x[m, K] Wᵀ + delta. */
export const linear: Kernel<'linear'> = (r, y, x, w, m, { alpha = 1, beta = 0, delta } = {}) => {
  for (const [row, rows] of rowParts(r, m, Math.max(w.rows, w.cols))) {
    for (const [from, part] of weightParts(r, w)) {
      multiply(r, {
        orientation: 'forward',
        c: tail(y, row * w.rows + from),
        m: rows,
        n: part.rows,
        stride: w.rows,
        a: tail(x, row * w.cols),
        aStride: w.cols,
        w: part,
        k: w.cols,
        alpha,
        beta,
        ...(delta === undefined ? {} : { delta: thinOf(delta, row, delta.u.cols, from) }),
      });
    }
  }
};

/** dx[m, K] = beta dx + alpha dy[m, N] W + delta. */
export const linearBackwardInput: Kernel<'linearBackwardInput'> = (
  r,
  dx,
  dy,
  w,
  m,
  { alpha = 1, beta = 0, delta } = {},
) => {
  for (const [row, rows] of rowParts(r, m, Math.max(w.rows, w.cols))) {
    for (const [from, part] of weightParts(r, w)) {
      multiply(r, {
        orientation: 'input',
        c: tail(dx, row * w.cols),
        m: rows,
        n: w.cols,
        stride: w.cols,
        a: tail(dy, row * w.rows + from),
        aStride: w.rows,
        w: part,
        k: part.rows,
        alpha,
        beta: from === 0 ? beta : 1,
        ...(delta === undefined || from > 0 ? {} : { delta: thinOf(delta, row, delta.u.rows, 0) }),
      });
    }
  }
};

/** dw[n, k] = beta dw + alpha dyᵀ x. */
export const linearBackwardWeight: Kernel<'linearBackwardWeight'> = (
  r,
  dw,
  dy,
  x,
  m,
  n,
  k,
  { alpha = 1, beta = 0 } = {},
) => {
  const w: DenseMatrix = { kind: 'dense', data: x, rows: m, cols: k };
  for (const [row, rows] of rowParts(r, n, k)) {
    const c = tail(dw, row * k);
    const product = { orientation: 'weight', c, m: rows, n: k, stride: k, aStride: n, k: m, alpha, beta } as const;
    multiply(r, { ...product, a: tail(dy, row), w });
  }
};

function multiply(r: Recording, { orientation, c, m, n, stride, a, aStride, w, k, alpha, beta, delta }: Product): void {
  const tile: Tile = TILES[m > 16 ? 0 : 1][n > 16 ? 0 : 1];
  const form = formOf(w);
  const key = [orientation, form.name, delta !== undefined, tile.rows, tile.cols].join(' ');
  const program = programOnce(key, () => productProgram(orientation, form, delta !== undefined, tile));
  const rest = [c, a].map((buffer, i) =>
    buffer.slice(0, extent(i === 0 ? [m, n, stride] : spread(orientation, m, k, aStride))),
  );
  const buffers = {
    c: rest[0]!,
    a: rest[1]!,
    ...weightBuffers(w),
    ...(delta === undefined ? {} : { thin: delta.p, u: delta.u }),
  };
  const numbers = { m, n, k, r: delta?.r ?? 0, beta, alpha, delta_alpha: delta?.alpha ?? 0 };
  const strides = { c_stride: stride, a_stride: aStride, b_stride: w.cols };
  r.run(program, buffers, { ...numbers, ...strides }, [Math.ceil(n / tile.cols), Math.ceil(m / tile.rows)]);
}

/** Rows, columns and distance of rows of the left factor as it lies in memory. */
function spread(orientation: Orientation, m: number, k: number, stride: number): [number, number, number] {
  return orientation === 'weight' ? [k, m, stride] : [m, k, stride];
}

/** Elements from the first to the last of a matrix within a wider one. */
function extent([rows, cols, stride]: readonly [number, number, number]): number {
  return rows === 0 || cols === 0 ? 0 : (rows - 1) * stride + cols;
}

function thinOf({ p, u, alpha }: LinearDelta, row: number, rank: number, from: number): NonNullable<Product['delta']> {
  const data = from === 0 ? u.data : matrixRows(u, from, u.rows - from).data;
  return { p: tail(p, row * rank), u: data, r: rank, alpha };
}

/** Cuts rows of so many elements into those that a kernel sees at once. */
function* rowParts(r: Recording, rows: number, width: number): Generator<readonly [from: number, count: number]> {
  const most = Math.max(1, Math.floor(r.argumentBytes / 4 / Math.max(1, width)));
  for (let from = 0; from < rows; from += most) yield [from, Math.min(most, rows - from)];
}

function tail(buffer: DeviceBuffer, from: number): DeviceBuffer {
  return buffer.slice(from, buffer.length - from);
}
