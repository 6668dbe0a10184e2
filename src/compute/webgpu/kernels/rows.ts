import type { Indices } from '../../indices';
import type { DeviceBuffer, WeightMatrix } from '../../memory';
import { elementwise, type Program } from '../program';
import type { Recording } from '../recording';
import { formOf, weightBuffers, weightParts, type WeightForm } from './weights';

const GATHERS = new Map<string, Program>();

/** y[i] = row ids[i] of the table, where that is among its `count` rows from `first` on. */
function gather({ name, args, code }: WeightForm): Program {
  const known = GATHERS.get(name);
  if (known !== undefined) return known;
  const program = elementwise(
    `gather from ${name}`,
    ['y', 'ids', ...args],
    { cols: 'u32', first: 'u32', count: 'u32' },
    `let row = u32(ids_at(i / p.cols)) - p.first;
    if (row < p.count) { y_put(i, w_value(row * p.cols + i % p.cols)); }`,
    code,
  );
  GATHERS.set(name, program);
  return program;
}

/** A thread a column; rows in the order of ids, so that what repeats adds up in order. */
const SCATTER: Program = {
  name: 'scatter',
  args: ['table', 'x', 'ids'],
  params: { n: 'u32', cols: 'u32', first: 'u32', count: 'u32', beta: 'u32' },
  code: `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.cols) { return; }
  for (var i = 0u; i < p.n; i++) {
    let row = u32(ids_at(i)) - p.first;
    if (row < p.count) {
      let at = row * p.cols + id.x;
      let value = x_at(i * p.cols + id.x);
      if (p.beta == 0u) { table_put(at, value); } else { table_put(at, table_at(at) + value); }
    }
  }
}`,
};

const ADD_BIAS = elementwise('addBias', ['y', 'bias'], { cols: 'u32' }, 'y_put(i, y_at(i) + bias_at(i % p.cols));');
const SUM_ROWS: Program = {
  name: 'sum of rows',
  args: ['sums', 'x'],
  params: { rows: 'u32', cols: 'u32' },
  code: `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.cols) { return; }
  var total = 0.0;
  for (var row = 0u; row < p.rows; row++) { total += x_at(row * p.cols + id.x); }
  sums_put(id.x, sums_at(id.x) + total);
}`,
};

export function gatherRows(r: Recording, y: DeviceBuffer, table: WeightMatrix, ids: Indices, n: number): void {
  const { cols } = table;
  for (const [first, part] of weightParts(r, table)) {
    const buffers = { y, ids: ids.data, ...weightBuffers(part) };
    r.each(gather(formOf(part)), buffers, { cols, first, count: part.rows }, n * cols);
  }
}

export function scatterRows(
  r: Recording,
  table: DeviceBuffer,
  x: DeviceBuffer,
  ids: Indices,
  n: number,
  cols: number,
  beta: 0 | 1,
): void {
  if (n === 0) return;
  const matrix = { kind: 'dense', data: table, rows: table.length / cols, cols } as const;
  for (const [first, part] of weightParts(r, matrix)) {
    const buffers = { x, ids: ids.data, table: part.kind === 'dense' ? part.data : table };
    r.run(SCATTER, buffers, { n, cols, first, count: part.rows, beta }, [Math.ceil(cols / 64)]);
  }
}

export function addBias(r: Recording, y: DeviceBuffer, bias: DeviceBuffer, m: number, n: number): void {
  r.each(ADD_BIAS, { y, bias }, { cols: n }, m * n);
}

export function addBiasBackward(r: Recording, db: DeviceBuffer, dy: DeviceBuffer, m: number, n: number): void {
  r.run(SUM_ROWS, { sums: db, x: dy }, { rows: m, cols: n }, [Math.ceil(n / 64)]);
}
