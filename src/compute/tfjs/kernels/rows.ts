import { floatsOf, integersOf, wideOf } from '../host-memory';
import type { Kernel } from '../kernel';
import { weightRows } from '../weights';

/** The least normal number of fp32. */
const LEAST = 2 ** -126;

export const addBias: Kernel<'addBias'> = (_on, y, bias, m, n) => {
  const [sums, values] = [floatsOf(y), wideOf(bias)];
  for (let i = 0; i < m * n; i++) sums[i]! += values[i % n]!;
};

export const addBiasBackward: Kernel<'addBiasBackward'> = (_on, db, dy, m, n) => {
  const values = floatsOf(dy);
  addColumns(floatsOf(db), m, n, (at) => values[at]!);
};

export const rope: Kernel<'rope'> = (
  _on,
  turned,
  cos,
  sin,
  positions,
  tokens,
  headDim,
  inverse = false,
  rotated = headDim,
) => {
  const half = rotated / 2;
  const sign = inverse ? -1 : 1;
  const [coss, sins, places] = [floatsOf(cos), floatsOf(sin), integersOf(positions.data)];
  for (const { x, heads } of turned) {
    const values = floatsOf(x);
    for (let row = 0; row < tokens * heads; row++) {
      const [at, angle] = [row * headDim, places[Math.floor(row / heads)]! * half];
      for (let i = 0; i < half; i++) {
        const [a, b] = [values[at + i]!, values[at + half + i]!];
        const [c, s] = [coss[angle + i]!, sign * sins[angle + i]!];
        values[at + i] = a * c - b * s;
        values[at + half + i] = b * c + a * s;
      }
    }
  }
};

export const gatherRows: Kernel<'gatherRows'> = (_on, y, table, ids, n) => {
  const [values, rows] = [floatsOf(y), integersOf(ids.data)];
  for (let i = 0; i < n; i++) values.set(weightRows(table, rows[i]!, 1), i * table.cols);
};

export const scatterRows: Kernel<'scatterRows'> = (_on, table, x, ids, n, cols, beta) => {
  const [sums, values, rows] = [floatsOf(table), floatsOf(x), integersOf(ids.data)];
  for (let i = 0; i < n; i++) {
    const at = rows[i]! * cols;
    for (let c = 0; c < cols; c++) sums[at + c] = (beta === 0 ? 0 : sums[at + c]!) + values[i * cols + c]!;
  }
};

export const rowNorms: Kernel<'rowNorms'> = (_on, norms, x, rows, cols) => {
  const [lengths, values] = [floatsOf(norms), floatsOf(x)];
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = row * cols; i < (row + 1) * cols; i++) sum += values[i]! * values[i]!;
    // NaN stays NaN.
    lengths[row] = Math.max(LEAST, Math.sqrt(sum));
  }
};

export const scaleRows: Kernel<'scaleRows'> = (_on, x, factors, norms, rows, cols) => {
  const [values, wanted, lengths] = [floatsOf(x), floatsOf(factors), floatsOf(norms)];
  for (let i = 0; i < rows * cols; i++) {
    const row = Math.floor(i / cols);
    values[i]! *= wanted[row]! / lengths[row]!;
  }
};

export const scaleColumns: Kernel<'scaleColumns'> = (_on, y, x, factors, norms, rows, cols, beta) => {
  const [sums, values, wanted, lengths] = [floatsOf(y), floatsOf(x), floatsOf(factors), floatsOf(norms)];
  for (let i = 0; i < rows * cols; i++) {
    sums[i] = (beta === 0 ? 0 : sums[i]!) + values[i]! * (wanted[i % cols]! / lengths[i % cols]!);
  }
};

export const scaleColumnsBackward: Kernel<'scaleColumnsBackward'> = (_on, dfactors, dy, x, norms, rows, cols) => {
  const [gradients, values, lengths] = [floatsOf(dy), floatsOf(x), floatsOf(norms)];
  addColumns(floatsOf(dfactors), rows, cols, (at) => (gradients[at]! * values[at]!) / lengths[at % cols]!);
};

/** sums[c] += sum over rows of what stands at [r, c], in double precision. */
function addColumns(sums: Float32Array, rows: number, cols: number, value: (at: number) => number): void {
  const totals = Float64Array.from(sums);
  for (let at = 0; at < rows * cols; at++) totals[at % cols]! += value(at);
  sums.set(totals);
}
