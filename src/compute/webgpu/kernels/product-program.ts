import type { Program } from '../program';
import type { WeightForm } from './weights';

/** Which product: of x and Wᵀ, of dy and W, or of dyᵀ and x. It says along what a thread's neighbours read. */
export type Orientation = 'forward' | 'input' | 'weight';

/** Rows and columns of the result that a workgroup computes, and those of them of one thread; depth of a tile. */
export interface Tile {
  readonly rows: number;
  readonly cols: number;
  readonly threadRows: number;
  readonly threadCols: number;
}

const DEPTH = 16;

/**
 * c[m, n] = beta c + alpha a b + delta_alpha p u over k, and over r where there is a thin product beside it. Each workgroup has a tile of c in
 * registers and goes through k in tiles of a and b in workgroup memory. Every element is a sum in the order of k, whatever the tile.
 *   forward: a [m, k], b [n, k];  input: a [m, k], b [k, n];  weight: a [k, m], b [k, n];  each with its own distance of rows.
 */
export function productProgram(orientation: Orientation, form: WeightForm, thin: boolean, tile: Tile): Program {
  const { rows, cols, threadRows, threadCols } = tile;
  const across = cols / threadCols;
  const threads = across * (rows / threadRows);
  const aInRows = orientation === 'weight';
  const bInRows = orientation !== 'forward';
  const each = (count: number, line: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n');
  const both = (line: (i: number, j: number) => string): string =>
    each(threadRows, (i) => each(threadCols, (j) => line(i, j)));
  const place = (inRows: boolean, size: number): string =>
    inRows ? `let i = e % ${size}u; let l = e / ${size}u;` : `let l = e % ${DEPTH}u; let i = e / ${DEPTH}u;`;
  const slab = (depth: string, a: string, b: string, factor: string): string => `
  {
    ${both((i, j) => `var s${i}_${j} = 0.0;`)}
    for (var l0 = 0u; l0 < ${depth}; l0 += ${DEPTH}u) {
      for (var e = t; e < ${rows * DEPTH}u; e += ${threads}u) {
        ${place(aInRows, rows)}
        let row = row0 + i; let at = l0 + l;
        var value = 0.0;
        if (row < p.m && at < ${depth}) { value = ${a}; }
        a_tile[l * ${rows + 1}u + i] = value;
      }
      for (var e = t; e < ${cols * DEPTH}u; e += ${threads}u) {
        ${place(bInRows, cols)}
        let col = col0 + i; let at = l0 + l;
        var value = 0.0;
        if (col < p.n && at < ${depth}) { value = ${b}; }
        b_tile[l * ${cols + 1}u + i] = value;
      }
      workgroupBarrier();
      let steps = min(${DEPTH}u, ${depth} - l0);
      for (var l = 0u; l < steps; l++) {
        ${each(threadRows, (i) => `let a${i} = a_tile[l * ${rows + 1}u + ty * ${threadRows}u + ${i}u];`)}
        ${each(threadCols, (j) => `let b${j} = b_tile[l * ${cols + 1}u + tx + ${j * across}u];`)}
        ${both((i, j) => `s${i}_${j} = fma(a${i}, b${j}, s${i}_${j});`)}
      }
      workgroupBarrier();
    }
    ${both((i, j) => `c${i}_${j} = fma(${factor}, s${i}_${j}, c${i}_${j});`)}
  }`;
  const code = `${form.code}
var<workgroup> a_tile: array<f32, ${DEPTH * (rows + 1)}>;
var<workgroup> b_tile: array<f32, ${DEPTH * (cols + 1)}>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let row0 = group.y * ${rows}u; let col0 = group.x * ${cols}u;
  let tx = t % ${across}u; let ty = t / ${across}u;
  ${both((i, j) => `var c${i}_${j} = 0.0;`)}
  ${slab(
    'p.k',
    aInRows ? 'a_at(at * p.a_stride + row)' : 'a_at(row * p.a_stride + at)',
    `w_value(${bInRows ? 'at * p.b_stride + col' : 'col * p.b_stride + at'})`,
    'p.alpha',
  )}
  ${thin ? slab('p.r', 'thin_at(row * p.r + at)', `u_at(${bInRows ? 'at * p.n + col' : 'col * p.r + at'})`, 'p.delta_alpha') : ''}
  ${both(
    (i, j) => `{
    let row = row0 + ty * ${threadRows}u + ${i}u; let col = col0 + tx + ${j * across}u;
    if (row < p.m && col < p.n) {
      let at = row * p.c_stride + col;
      if (p.beta == 0u) { c_put(at, c${i}_${j}); } else { c_put(at, c_at(at) + c${i}_${j}); }
    }
  }`,
  )}
}`;
  return {
    name: `${orientation} by ${form.name}${thin ? ' and a thin product' : ''}, ${rows} x ${cols}`,
    args: ['c', 'a', ...form.args, ...(thin ? ['thin', 'u'] : [])],
    params: {
      ...({ m: 'u32', n: 'u32', k: 'u32', r: 'u32', beta: 'u32', alpha: 'f32', delta_alpha: 'f32' } as const),
      ...({ c_stride: 'u32', a_stride: 'u32', b_stride: 'u32' } as const),
    },
    code,
  };
}
