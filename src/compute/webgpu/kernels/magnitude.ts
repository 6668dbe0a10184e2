import { columnSums, elementwise, rowwise, THREADS } from '../program';
import type { Kernel } from '../kernel';
import { PAIRS, NUMERIC, reduction } from './numeric';

/** The length of a row, by squares of x over its largest power of two, which leave fp32 in neither direction. */
const NORMS = rowwise(
  'row norms',
  ['norms', 'x'],
  { cols: 'u32' },
  `let at = row * p.cols;
    var most = 0u;
    for (var i = t; i < p.cols; i += ${THREADS}u) { most = max(most, x_bits(at + i) & 0x7fffffffu); }
    let top = largest(most, t);
    let exponent = clamp(top >> 23u, 1u, 253u);
    let down = bitcast<f32>((254u - exponent) << 23u);
    var squares = vec2f();
    for (var i = t; i < p.cols; i += ${THREADS}u) { squares = pair_add(squares, pair_square(x_at(at + i) * down)); }
    let total = sum(squares, t);
    if (t == 0u) {
      if (top >= 0x7f800000u) { norms_put_bits(row, top); }
      else { norms_put(row, max(sqrt(total.x) * bitcast<f32>(exponent << 23u), 1.17549435e-38)); }
    }`,
  `${NUMERIC}${PAIRS}
${reduction('largest', 'u32', THREADS, (a, b) => `max(${a}, ${b})`)}
${reduction('sum', 'vec2f', THREADS, (a, b) => `pair_add(${a}, ${b})`)}`,
);

const SCALE_ROWS = elementwise(
  'scaleRows',
  ['x', 'factors', 'norms'],
  { cols: 'u32' },
  'let row = i / p.cols; x_put(i, x_at(i) * divide(factors_at(row), norms_at(row)));',
  NUMERIC,
);
const SCALE_COLUMNS = elementwise(
  'scaleColumns',
  ['y', 'x', 'factors', 'norms'],
  { cols: 'u32', beta: 'u32' },
  `let col = i % p.cols;
    let scaled = x_at(i) * divide(factors_at(col), norms_at(col));
    if (p.beta == 0u) { y_put(i, scaled); } else { y_put(i, y_at(i) + scaled); }`,
  NUMERIC,
);
const SCALE_COLUMNS_BACKWARD = columnSums(
  'scaleColumns backward',
  ['dfactors', 'dy', 'x', 'norms'],
  'dy_at(at) * x_at(at)',
  'dfactors_put(col, dfactors_at(col) + total / norms_at(col));',
);

export const rowNorms: Kernel<'rowNorms'> = (r, norms, x, rows, cols) => {
  r.eachRow(NORMS, { norms, x }, { cols }, rows);
};

export const scaleRows: Kernel<'scaleRows'> = (r, x, factors, norms, rows, cols) => {
  r.each(SCALE_ROWS, { x, factors, norms }, { cols }, rows * cols);
};

export const scaleColumns: Kernel<'scaleColumns'> = (r, y, x, factors, norms, rows, cols, beta) => {
  r.each(SCALE_COLUMNS, { y, x, factors, norms }, { cols, beta }, rows * cols);
};

export const scaleColumnsBackward: Kernel<'scaleColumnsBackward'> = (r, dfactors, dy, x, norms, rows, cols) => {
  r.eachColumn(SCALE_COLUMNS_BACKWARD, { dfactors, dy, x, norms }, { rows }, cols);
};
