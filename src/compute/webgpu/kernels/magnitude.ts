import type { DeviceBuffer } from '../../memory';
import { elementwise, THREADS, type Program } from '../program';
import type { Recording } from '../recording';
import { PAIRS, NUMERIC, reduction } from './numeric';

/** A workgroup a row: its length, by squares of x over its largest power of two, which leave fp32 in neither direction. */
const NORMS: Program = {
  name: 'row norms',
  args: ['norms', 'x'],
  params: { rows: 'u32', cols: 'u32' },
  code: `${NUMERIC}${PAIRS}
${reduction('largest', 'u32', THREADS, (a, b) => `max(${a}, ${b})`)}
${reduction('sum', 'vec2f', THREADS, (a, b) => `pair_add(${a}, ${b})`)}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  for (var row = group.x; row < p.rows; row += 65535u) {
    let at = row * p.cols;
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
    }
  }
}`,
};

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
const SCALE_COLUMNS_BACKWARD: Program = {
  name: 'scaleColumns backward',
  args: ['dfactors', 'dy', 'x', 'norms'],
  params: { rows: 'u32', cols: 'u32' },
  code: `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.cols) { return; }
  var total = 0.0;
  for (var row = 0u; row < p.rows; row++) { total += dy_at(row * p.cols + id.x) * x_at(row * p.cols + id.x); }
  dfactors_put(id.x, dfactors_at(id.x) + total / norms_at(id.x));
}`,
};

export function rowNorms(r: Recording, norms: DeviceBuffer, x: DeviceBuffer, rows: number, cols: number): void {
  r.run(NORMS, { norms, x }, { rows, cols }, [Math.min(rows, 65535)]);
}

export function scaleRows(
  r: Recording,
  x: DeviceBuffer,
  factors: DeviceBuffer,
  norms: DeviceBuffer,
  rows: number,
  cols: number,
): void {
  r.each(SCALE_ROWS, { x, factors, norms }, { cols }, rows * cols);
}

export function scaleColumns(
  r: Recording,
  y: DeviceBuffer,
  x: DeviceBuffer,
  factors: DeviceBuffer,
  norms: DeviceBuffer,
  [rows, cols]: readonly [rows: number, cols: number],
  beta: 0 | 1,
): void {
  r.each(SCALE_COLUMNS, { y, x, factors, norms }, { cols, beta }, rows * cols);
}

export function scaleColumnsBackward(
  r: Recording,
  dfactors: DeviceBuffer,
  dy: DeviceBuffer,
  x: DeviceBuffer,
  norms: DeviceBuffer,
  [rows, cols]: readonly [rows: number, cols: number],
): void {
  r.run(SCALE_COLUMNS_BACKWARD, { dfactors, dy, x, norms }, { rows, cols }, [Math.ceil(cols / 64)]);
}
