import type { Sum, Term } from '../../fused/fused-kernels';
import type { LinearDelta } from '../../kernels';
import { matrixRows } from '../../matrix-rows';
import type { DenseMatrix, DeviceBuffer, WeightMatrix } from '../../memory';
import type { FusedKernel, Kernel } from '../kernel';
import { GROUPS, programOnce } from '../program';
import type { Buffers, Recording } from '../recording';
import { productName, productProgram, type Orientation, type ResultCode, type Tile } from './product-program';
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

/** alpha a b, with rows of a at a distance of `aStride`. */
interface PlacedTerm {
  readonly orientation: Orientation;
  readonly a: DeviceBuffer;
  readonly aStride: number;
  readonly w: WeightMatrix;
  readonly alpha: number;
}

/** c [m, n], with rows at a distance of `stride`. */
interface Result extends Omit<Sum, 'terms'> {
  readonly stride: number;
  readonly terms: readonly PlacedTerm[];
}

/** y[m, N] = beta y + alpha x[m, K] Wᵀ + delta. */
export const linear: Kernel<'linear'> = (r, y, x, w, m, { alpha = 1, beta = 0, delta } = {}) => {
  for (const [row, rows] of rowParts(r, m, Math.max(w.rows, w.cols))) {
    for (const [from, part] of weightParts(r, w)) {
      const c = tail(y, row * w.rows + from);
      const term: PlacedTerm = { orientation: 'forward', a: tail(x, row * w.cols), aStride: w.cols, w: part, alpha };
      const beside = thinTerms('forward', delta, row, (u) => matrixRows(u, from, part.rows));
      const base = beta === 0 ? undefined : c;
      launch(r, [{ c, m: rows, n: part.rows, stride: w.rows, base, terms: [term, ...beside] }]);
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
      const c = tail(dx, row * w.cols);
      const a = tail(dy, row * w.rows + from);
      const term: PlacedTerm = { orientation: 'input', a, aStride: w.rows, w: part, alpha };
      const beside = from > 0 ? [] : thinTerms('input', delta, row, (u) => u);
      const base = from === 0 && beta === 0 ? undefined : c;
      launch(r, [{ c, m: rows, n: w.cols, stride: w.cols, base, terms: [term, ...beside] }]);
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
    const term: PlacedTerm = { orientation: 'weight', a: tail(dy, row), aStride: n, w, alpha };
    launch(r, [{ c, m: rows, n: k, stride: k, base: beta === 0 ? undefined : c, terms: [term] }]);
  }
};

function thinTerms(
  orientation: 'forward' | 'input',
  delta: LinearDelta | undefined,
  row: number,
  cut: (u: DenseMatrix) => DenseMatrix,
): PlacedTerm[] {
  if (delta === undefined) return [];
  const rank = orientation === 'forward' ? delta.u.cols : delta.u.rows;
  return [{ orientation, a: tail(delta.p, row * rank), aStride: rank, w: cut(delta.u), alpha: delta.alpha }];
}

/** Independent sums of products, as many by one launch as its bindings see. */
export const products: FusedKernel<'products'> = (r, sums) => {
  let group: Result[] = [];
  for (const sum of sums) {
    const { whole, before } = seenAtOnce(r, {
      ...sum,
      stride: sum.n,
      terms: sum.terms.map((term) => placed(term, sum.m)),
    });
    for (const part of before) launch(r, [part]);
    if (!r.sees([...group, whole].flatMap(memoryOf))) {
      launch(r, group);
      group = [];
    }
    group.push(whole);
  }
  launch(r, group);
};

function placed({ orientation, a, w, alpha }: Term, m: number): PlacedTerm {
  return {
    orientation,
    a,
    aStride: orientation === 'weight' ? m : orientation === 'forward' ? w.cols : w.rows,
    w,
    alpha,
  };
}

/** A result that one launch sees, and what must be computed before where that is not all of its terms. */
function seenAtOnce(r: Recording, result: Result): { readonly whole: Result; readonly before: readonly Result[] } {
  const before: Result[] = [];
  let { base, terms } = result;
  while (!r.sees(memoryOf({ ...result, base, terms }))) {
    const { c, gate } = result;
    const sum = gate === undefined ? c : r.scratch(c.length);
    let count = terms.length - 1;
    const first = (): Result => ({ ...result, c: sum, base, gate: undefined, terms: terms.slice(0, count) });
    while (!r.sees(memoryOf(first()))) count--;
    before.push(first());
    [base, terms] = [sum, terms.slice(count)];
  }
  return { whole: { ...result, base, terms }, before };
}

function memoryOf(result: Result): DeviceBuffer[] {
  return Object.values(buffersOf([result]));
}

/** The arguments of the program of `results`. */
function buffersOf(results: readonly Result[]): Buffers {
  const buffers: Record<string, DeviceBuffer> = {};
  let index = 0;
  for (const [s, { c, m, n, stride, base, gate, terms }] of results.entries()) {
    const within = (buffer: DeviceBuffer): DeviceBuffer => buffer.slice(0, extent([m, n, stride]));
    buffers[`c${s}`] = within(c);
    if (base !== undefined && base !== c) buffers[`base${s}`] = within(base);
    if (gate !== undefined) Object.assign(buffers, { [`gate${s}`]: gate.x, [`up${s}`]: gate.up });
    for (const { orientation, a, aStride, w } of terms) {
      buffers[`a${index}`] = a.slice(0, extent(spread(orientation, m, depthOf(orientation, w), aStride)));
      Object.assign(buffers, weightBuffers(w, `w${index}`));
      index++;
    }
  }
  return buffers;
}

function depthOf(orientation: Orientation, w: WeightMatrix): number {
  return orientation === 'forward' ? w.cols : w.rows;
}

function launch(r: Recording, results: readonly Result[]): void {
  if (results.length === 0) return;
  const [most, widest] = [Math.max(...results.map(({ m }) => m)), Math.max(...results.map(({ n }) => n))];
  const tile: Tile = TILES[most > 16 ? 0 : 1][widest > 16 ? 0 : 1];
  const codes = results.map(({ c, base, gate, terms }): ResultCode => {
    return {
      terms: terms.map(({ orientation, w }) => ({ orientation, form: formOf(w) })),
      base: base === undefined ? 'nothing' : base === c ? 'itself' : 'other',
      gate: gate?.activation,
    };
  });
  const program = programOnce(productName(codes, tile), () => productProgram(codes, tile));
  const numbers: Record<string, number> = {};
  let [parts, index] = [0, 0];
  for (const [s, { m, n, stride, terms }] of results.entries()) {
    Object.assign(numbers, { [`m${s}`]: m, [`n${s}`]: n, [`c_stride${s}`]: stride, [`first${s}`]: parts });
    parts += Math.ceil(m / tile.rows) * Math.ceil(n / tile.cols);
    for (const { orientation, aStride, w, alpha } of terms) {
      const k = depthOf(orientation, w);
      const ofTerm = { [`k${index}`]: k, [`alpha${index}`]: alpha, [`a_stride${index}`]: aStride };
      Object.assign(numbers, ofTerm, { [`b_stride${index}`]: w.cols });
      index++;
    }
  }
  const across = Math.min(GROUPS, parts);
  r.run(program, buffersOf(results), { ...numbers, parts }, [across, across === 0 ? 0 : Math.ceil(parts / across)]);
}

/** Rows, columns and distance of rows of the left factor as it lies in memory. */
function spread(orientation: Orientation, m: number, k: number, stride: number): [number, number, number] {
  return orientation === 'weight' ? [k, m, stride] : [m, k, stride];
}

/** Elements from the first to the last of a matrix within a wider one. */
function extent([rows, cols, stride]: readonly [number, number, number]): number {
  return rows === 0 || cols === 0 ? 0 : (rows - 1) * stride + cols;
}

/** Cuts rows of so many elements into those that a kernel sees at once. */
function* rowParts(r: Recording, rows: number, width: number): Generator<readonly [from: number, count: number]> {
  const most = Math.max(1, Math.floor(r.argumentBytes / 4 / Math.max(1, width)));
  for (let from = 0; from < rows; from += most) yield [from, Math.min(most, rows - from)];
}

function tail(buffer: DeviceBuffer, from: number): DeviceBuffer {
  return buffer.slice(from, buffer.length - from);
}
