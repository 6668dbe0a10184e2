import type { Gate } from '../../recorder';
import type { Program } from '../program';
import { GATES } from './gate';
import type { WeightForm } from './weights';

/** Which product: of x and Wᵀ, of dy and W, or of dyᵀ and x. It says along what a thread's neighbours read. */
export type Orientation = 'forward' | 'input' | 'weight';

/** Rows and columns of a result that a workgroup computes, and those of them of one thread; depth of a tile. */
export interface Tile {
  readonly rows: number;
  readonly cols: number;
  readonly threadRows: number;
  readonly threadCols: number;
}

/** A result as its code is made: what lies where, is up to each run. */
export interface ResultCode {
  readonly terms: readonly { readonly orientation: Orientation; readonly form: WeightForm }[];
  /** What the terms are added to: nothing, what the result holds, or another buffer. */
  readonly base: 'nothing' | 'itself' | 'other';
  readonly gate?: Gate['activation'] | undefined;
}

const DEPTH = 16;

/** A name for each program that differs. */
export function productName(results: readonly ResultCode[], { rows, cols }: Tile): string {
  const names = results.map(({ terms, base, gate = 'no' }) => {
    const ofTerms = terms.map(({ orientation, form }) => `${orientation} by ${form.name}`);
    return `${ofTerms.join(' and ')} on ${base} with ${gate} gate`;
  });
  return `products ${rows} x ${cols}: ${names.join('; ')}`;
}

/**
 * Independent results c [m, n] = base + the sum over terms of alpha a b over k. Each workgroup has a tile of one result in registers and goes
 * through the terms, each in tiles of a and b in workgroup memory. Every element is a sum in the order of k, whatever the tile.
 *   forward: a [m, k], b [n, k];  input: a [m, k], b [k, n];  weight: a [k, m], b [k, n];  each with its own distance of rows.
 * Arguments of result s: c, base, gate and up with its number; of term t, counted over all results: a and w with its number.
 */
export function productProgram(results: readonly ResultCode[], tile: Tile): Program {
  const { rows, cols, threadRows, threadCols } = tile;
  const across = cols / threadCols;
  const threads = across * (rows / threadRows);
  const terms = results.flatMap((result) => result.terms);
  const orientations = terms.map(({ orientation }) => orientation);
  const each = (count: number, line: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n');
  const both = (line: (i: number, j: number) => string): string =>
    each(threadRows, (i) => each(threadCols, (j) => line(i, j)));
  // Where neighbouring threads read neighbours in memory: along rows of the tile, or along k.
  const place = (inRows: string, size: number): string => {
    const [along, acrossK] = [
      `let i = e % ${size}u; let l = e / ${size}u;`,
      `let l = e % ${DEPTH}u; let i = e / ${DEPTH}u;`,
    ];
    if (inRows === 'true') return along;
    if (inRows === 'false') return acrossK;
    return `let i = select(e / ${DEPTH}u, e % ${size}u, ${inRows}); let l = select(e % ${DEPTH}u, e / ${size}u, ${inRows});`;
  };
  const aInRows = orientations.map((orientation) => orientation === 'weight');
  const bInRows = orientations.map((orientation) => orientation !== 'forward');

  const code = `${[...new Set([...terms.map(({ form }) => form.library), ...results.map(({ gate }) => (gate ? GATES[gate].library : ''))])].join('')}
${terms.map(({ form }, t) => form.code(`w${t}`)).join('\n')}
${chosen(
  'a_value',
  'f32',
  'row: u32, at: u32',
  orientations.map((_, t) => `a${t}_at(${aInRows[t] ? `at * p.a_stride${t} + row` : `row * p.a_stride${t} + at`})`),
)}
${chosen(
  'b_value',
  'f32',
  'col: u32, at: u32',
  orientations.map((_, t) => `w${t}_value(${bInRows[t] ? `at * p.b_stride${t} + col` : `col * p.b_stride${t} + at`})`),
)}
${chosen(
  'depth',
  'u32',
  '',
  orientations.map((_, t) => `p.k${t}`),
)}
${chosen(
  'alpha',
  'f32',
  '',
  orientations.map((_, t) => `p.alpha${t}`),
)}
${results.map(putCode).join('\n')}
var<workgroup> a_tile: array<f32, ${DEPTH * (rows + 1)}>;
var<workgroup> b_tile: array<f32, ${DEPTH * (cols + 1)}>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let index = group.x + group.y * groups.x;
  if (index >= p.parts) { return; }
  ${ownResult(results)}
  let own = index - first;
  let wide = (n + ${cols - 1}u) / ${cols}u;
  let row0 = own / wide * ${rows}u; let col0 = own % wide * ${cols}u;
  let tx = t % ${across}u; let ty = t / ${across}u;
  ${both((i, j) => `var c${i}_${j} = 0.0;`)}
  for (var term = begin; term < end; term++) {
    let k = depth(term);
    ${both((i, j) => `var s${i}_${j} = 0.0;`)}
    for (var l0 = 0u; l0 < k; l0 += ${DEPTH}u) {
      for (var e = t; e < ${rows * DEPTH}u; e += ${threads}u) {
        ${place(flag(aInRows), rows)}
        let row = row0 + i; let at = l0 + l;
        var value = 0.0;
        if (row < m && at < k) { value = a_value(term, row, at); }
        a_tile[l * ${rows + 1}u + i] = value;
      }
      for (var e = t; e < ${cols * DEPTH}u; e += ${threads}u) {
        ${place(flag(bInRows), cols)}
        let col = col0 + i; let at = l0 + l;
        var value = 0.0;
        if (col < n && at < k) { value = b_value(term, col, at); }
        b_tile[l * ${cols + 1}u + i] = value;
      }
      workgroupBarrier();
      let steps = min(${DEPTH}u, k - l0);
      for (var l = 0u; l < steps; l++) {
        ${each(threadRows, (i) => `let a${i} = a_tile[l * ${rows + 1}u + ty * ${threadRows}u + ${i}u];`)}
        ${each(threadCols, (j) => `let b${j} = b_tile[l * ${cols + 1}u + tx + ${j * across}u];`)}
        ${both((i, j) => `s${i}_${j} = fma(a${i}, b${j}, s${i}_${j});`)}
      }
      workgroupBarrier();
    }
    let factor = alpha(term);
    ${both((i, j) => `c${i}_${j} = fma(factor, s${i}_${j}, c${i}_${j});`)}
  }
  ${both(
    (i, j) => `{
    let row = row0 + ty * ${threadRows}u + ${i}u; let col = col0 + tx + ${j * across}u;
    if (row < m && col < n) { ${results.map((_, s) => `${s > 0 ? 'else ' : ''}${results.length > 1 ? `if (which == ${s}u) ` : ''}{ put${s}(row, col, c${i}_${j}); }`).join(' ')} }
  }`,
  )}
}`;
  return {
    name: productName(results, tile),
    args: [
      ...results.flatMap(({ base, gate }, s) => [
        `c${s}`,
        ...(base === 'other' ? [`base${s}`] : []),
        ...(gate === undefined ? [] : [`gate${s}`, `up${s}`]),
      ]),
      ...terms.flatMap(({ form }, t) => [`a${t}`, ...form.args(`w${t}`)]),
    ],
    params: {
      parts: 'u32',
      ...numbered(results.length, { m: 'u32', n: 'u32', c_stride: 'u32', first: 'u32' }),
      ...numbered(terms.length, { k: 'u32', alpha: 'f32', a_stride: 'u32', b_stride: 'u32' }),
    },
    code,
  };
}

/** A function of the number of a term that gives one of several expressions. */
function chosen(name: string, type: string, given: string, expressions: readonly string[]): string {
  const head = `fn ${name}(term: u32${given === '' ? '' : `, ${given}`}) -> ${type}`;
  if (expressions.length === 1) return `${head} { return ${expressions[0]!}; }`;
  const cases = expressions.slice(1).map((expression, t) => `case ${t + 1}u: { return ${expression}; }`);
  return `${head} { switch term { ${cases.join(' ')} default: { return ${expressions[0]!}; } } }`;
}

/** Whether something holds of a term: always, never, or of some. */
function flag(holds: readonly boolean[]): string {
  if (holds.every(Boolean)) return 'true';
  if (!holds.some(Boolean)) return 'false';
  const terms = holds.flatMap((does, t) => (does ? [`term == ${t}u`] : []));
  return `(${terms.join(' || ')})`;
}

/** Which result a workgroup computes a part of, and which terms that has. */
function ownResult(results: readonly ResultCode[]): string {
  let begin = 0;
  const lines = results.map(({ terms }, s) => {
    const set = `which = ${s}u; first = p.first${s}; m = p.m${s}; n = p.n${s}; begin = ${begin}u; end = ${(begin += terms.length)}u;`;
    return s === 0 ? set : `if (index >= p.first${s}) { ${set} }`;
  });
  return `var which: u32; var first: u32; var m: u32; var n: u32; var begin: u32; var end: u32;
  ${lines.join('\n  ')}`;
}

/** A function that writes an element of a result. */
function putCode({ base, gate }: ResultCode, s: number): string {
  const from = { nothing: 'value', itself: `c${s}_at(at) + value`, other: `base${s}_at(at) + value` }[base];
  const write =
    gate === undefined
      ? `c${s}_put(at, ${from});`
      : `let d = ${from}; let g = gate${s}_at(at); let u = up${s}_at(at);
    ${GATES[gate].backward}
    c${s}_put(at, dg);
    up${s}_put(at, du);`;
  return `fn put${s}(row: u32, col: u32, value: f32) {
    let at = row * p.c_stride${s} + col;
    ${write}
  }`;
}

type Numbers = Readonly<Record<string, 'u32' | 'f32'>>;
function numbered(count: number, numbers: Numbers): Numbers {
  const entries = Object.entries(numbers);
  const each = Array.from({ length: count }, (_, i) => entries.map(([name, type]) => [`${name}${i}`, type] as const));
  return Object.fromEntries(each.flat());
}
