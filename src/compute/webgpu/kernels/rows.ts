import { columnSums, columnwise, elementwise, programOnce, type Program } from '../program';
import type { Kernel } from '../kernel';
import { formOf, weightBuffers, weightParts, type WeightForm } from './weights';

/** y[i] = row ids[i] of the table, where that is among its `count` rows from `first` on. */
function gather({ name, args, code, library }: WeightForm): Program {
  return elementwise(
    `gather from ${name}`,
    ['y', 'ids', ...args('w')],
    { cols: 'u32', first: 'u32', count: 'u32' },
    `let row = u32(ids_at(i / p.cols)) - p.first;
    if (row < p.count) { y_put(i, w_value(row * p.cols + i % p.cols)); }`,
    library + code('w'),
  );
}

/** Rows in the order of ids, so that what repeats adds up in order. */
const SCATTER = columnwise(
  'scatter',
  ['table', 'x', 'ids'],
  { n: 'u32', first: 'u32', count: 'u32', beta: 'u32' },
  `for (var i = 0u; i < p.n; i++) {
    let row = u32(ids_at(i)) - p.first;
    if (row < p.count) {
      let at = row * p.cols + col;
      let value = x_at(i * p.cols + col);
      if (p.beta == 0u) { table_put(at, value); } else { table_put(at, table_at(at) + value); }
    }
  }`,
);

const ADD_BIAS = elementwise('addBias', ['y', 'bias'], { cols: 'u32' }, 'y_put(i, y_at(i) + bias_at(i % p.cols));');
const SUM_ROWS = columnSums('sum of rows', ['sums', 'x'], 'x_at(at)', 'sums_put(col, sums_at(col) + total);');

export const gatherRows: Kernel<'gatherRows'> = (r, y, table, ids, n) => {
  const { cols } = table;
  for (const [first, part] of weightParts(r, table)) {
    const buffers = { y, ids: ids.data, ...weightBuffers(part) };
    const form = formOf(part);
    const program = programOnce(`gather from ${form.name}`, () => gather(form));
    r.each(program, buffers, { cols, first, count: part.rows }, n * cols);
  }
};

export const scatterRows: Kernel<'scatterRows'> = (r, table, x, ids, n, cols, beta) => {
  if (n === 0) return;
  const matrix = { kind: 'dense', data: table, rows: table.length / cols, cols } as const;
  for (const [first, part] of weightParts(r, matrix)) {
    const buffers = { x, ids: ids.data, table: part.kind === 'dense' ? part.data : table };
    r.eachColumn(SCATTER, buffers, { n, first, count: part.rows, beta }, cols);
  }
};

export const addBias: Kernel<'addBias'> = (r, y, bias, m, n) => {
  r.each(ADD_BIAS, { y, bias }, { cols: n }, m * n);
};

export const addBiasBackward: Kernel<'addBiasBackward'> = (r, db, dy, m, n) => {
  r.eachColumn(SUM_ROWS, { sums: db, x: dy }, { rows: m }, n);
};
