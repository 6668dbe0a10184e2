/**
 * Pieces of WGSL that attention's kernels are made of. A workgroup of 64 threads has a tile of 16 x 16 scores, a thread two rows and two
 * columns of it: rows 2 ty + a, columns tx + 8 b. Rows and columns are those of queries and keys or the other way round.
 */

const TILE_THREADS = 64;
/** Rows and columns of a tile. */
export const SIZE = 16;
const LINE = SIZE + 1;
const EACH = SIZE / 8;

/** Parts of `SIZE` columns in which the width of a head is worked through: a thread holds its part of an output row in registers. */
export function chunksOf(width: number): number {
  return Math.ceil(width / SIZE);
}

const each = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** For each score (a, b) of a thread. */
function eachScore(line: (a: number, b: number) => string): string {
  return each(EACH, (a) => each(EACH, (b) => line(a, b)));
}

/** For each element of an output of so many chunks that a thread holds: row a, column of the width. */
export function eachOutput(chunks: number, line: (a: number, index: number, column: string) => string): string {
  return each(EACH, (a) =>
    each(chunks, (chunk) => each(EACH, (b) => line(a, chunk * EACH + b, `(${chunk * SIZE + 8 * b}u + tx)`))),
  );
}

/** The row of a tile that is the a-th of a thread's. */
export function rowOf(a: number): string {
  return `(ty * ${EACH}u + ${a}u)`;
}

export const TILE_MEMORY = `
var<workgroup> left: array<f32, ${SIZE * LINE}>;
var<workgroup> right: array<f32, ${SIZE * LINE}>;
var<workgroup> weights: array<f32, ${SIZE * LINE}>;
var<workgroup> sequence: vec4i;
var<workgroup> covered: array<u32, ${SIZE}>;`;

/**
 * How kernels read: `query` and `gradient` are functions of a row from row0 on and a column of the width of one head, `key` and `value`
 * of one from key0 on; 0 outside of what is there.
 * @param from the arguments that they read
 */
export function reading(from: Readonly<Partial<Record<'query' | 'gradient' | 'key' | 'value', string>>>): string {
  const functions = Object.entries(from).map(([name, arg]) => {
    const ofKeys = name === 'key' || name === 'value';
    const [first, end] = ofKeys ? ['key0', 'key_end'] : ['row0', 'row_end'];
    const [heads, head] = ofKeys ? ['p.kv_heads', 'head / (p.heads / p.kv_heads)'] : ['p.heads', 'head'];
    return `
fn ${name}(i: u32, d: u32) -> f32 {
  if (${first} + i32(i) >= ${end}) { return 0.0; }
  return ${arg}_at((u32(${first} + i32(i)) * ${heads} + ${head}) * p.width + d);
}`;
  });
  return `
var<private> head: u32;
var<private> row0: i32;
var<private> row_end: i32;
var<private> key0: i32;
var<private> key_end: i32;${functions.join('')}`;
}

/** The entry point of a kernel in which a workgroup owns the tile of rows from tile0 on; it marks those that it `covered`. */
export function tileMain(body: string): string {
  return `
@compute @workgroup_size(${TILE_THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let tile0 = i32(group.x * ${SIZE}u);
  let ty = t / 8u; let tx = t % 8u;
  if (t < ${SIZE}u) { covered[t] = 0u; }
  ${body}
}`;
}

/**
 * The entry point of a kernel whose workgroups own query rows: `tile` is done for each tile of keys that some of them see, with `ahead`
 * the distance from a row to the last key it sees and j0 the tile's first key in its sequence.
 */
export function queryMain({ start, tile, end }: Readonly<Record<'start' | 'tile' | 'end', string>>): string {
  return tileMain(`
  head = group.y;
  row0 = tile0;
  row_end = i32(p.rows);
  ${start}
  ${eachSequence(`
    if (queries <= 0 || q0 >= tile0 + ${SIZE} || q0 + queries <= tile0) { continue; }
    // Of this tile's rows within the sequence: the first key that the first one sees, the last that the last one sees.
    let ahead = keys - queries - q0;
    let last = min(tile0 + ${SIZE - 1}, q0 + queries - 1) + ahead;
    var first = 0;
    if (p.window > 0) { first = max(0, max(tile0, q0) + ahead - p.window + 1); }
    key_end = k0 + keys;
    if (t < ${SIZE}u && row0 + i32(t) >= q0 && row0 + i32(t) < q0 + queries) { covered[t] = 1u; }
    for (var j0 = first; j0 <= last; j0 += ${SIZE}) {
      key0 = k0 + j0;
      ${tile}
    }`)}
  ${end}`);
}

/** Does a statement for each element of an output whose row i some sequence covered. */
export function eachCovered(chunks: number, statement: (a: number, index: number, column: string) => string): string {
  return `
  workgroupBarrier();
  ${eachOutput(
    chunks,
    (a, index, column) => `{
    let i = ${rowOf(a)};
    if (covered[i] == 1u && ${column} < p.width) { ${statement(a, index, column)} }
  }`,
  )}`;
}

/** s{a}_{b} = sum over the width of rows by columns; row(i, d) and column(j, d) read them, 0 where there is none. */
export function scores(s: string, row: string, column: string): string {
  return `
  ${eachScore((a, b) => `var ${s}${a}_${b} = 0.0;`)}
  for (var d0 = 0u; d0 < p.width; d0 += ${SIZE}u) {
    for (var e = t; e < ${SIZE * SIZE}u; e += ${TILE_THREADS}u) {
      let i = e / ${SIZE}u; let d = d0 + e % ${SIZE}u;
      var l = 0.0; var r = 0.0;
      if (d < p.width) { l = ${row}(i, d); r = ${column}(i, d); }
      left[(e % ${SIZE}u) * ${LINE}u + i] = l;
      right[(e % ${SIZE}u) * ${LINE}u + i] = r;
    }
    workgroupBarrier();
    for (var d = 0u; d < ${SIZE}u * p.one; d++) {
      ${each(EACH, (a) => `let l${a} = left[d * ${LINE}u + ty * ${EACH}u + ${a}u];`)}
      ${each(EACH, (b) => `let r${b} = right[d * ${LINE}u + tx + ${8 * b}u];`)}
      ${eachScore((a, b) => `${s}${a}_${b} = fma(l${a}, r${b}, ${s}${a}_${b});`)}
    }
    workgroupBarrier();
  }`;
}

/** Puts a thread's scores into `left` or `weights`, which are free after `scores`. A barrier must follow. */
export function store(into: 'left' | 'weights', s: string): string {
  return eachScore((a, b) => `${into}[(ty * ${EACH}u + ${a}u) * ${LINE}u + tx + ${8 * b}u] = ${s}${a}_${b};`);
}

/** Does a statement for each cell of a tile, at row i and column j, and waits. */
export function eachCell(statement: string): string {
  return `
  workgroupBarrier();
  for (var e = t; e < ${SIZE * SIZE}u; e += ${TILE_THREADS}u) {
    let i = e / ${SIZE}u; let j = e % ${SIZE}u; let cell = i * ${LINE}u + j;
    ${statement}
  }
  workgroupBarrier();`;
}

/** o{a}_{n} += sum over a tile's columns of `by` times column(j, d), which reads a row of the width for a column of the tile. */
export function accumulate(chunks: number, o: string, by: 'left' | 'weights', column: string): string {
  return each(
    chunks,
    (chunk) => `
  for (var e = t; e < ${SIZE * SIZE}u; e += ${TILE_THREADS}u) {
    let j = e / ${SIZE}u; let d = ${chunk * SIZE}u + e % ${SIZE}u;
    var x = 0.0;
    if (d < p.width) { x = ${column}(j, d); }
    right[j * ${LINE}u + e % ${SIZE}u] = x;
  }
  workgroupBarrier();
  for (var j = 0u; j < ${SIZE}u * p.one; j++) {
    ${each(EACH, (a) => `let l${a} = ${by}[(ty * ${EACH}u + ${a}u) * ${LINE}u + j];`)}
    ${each(EACH, (b) => `let r${b} = right[j * ${LINE}u + tx + ${8 * b}u];`)}
    ${eachScore((a, b) => {
      const name = `${o}${a}_${chunk * EACH + b}`;
      return `${name} = fma(l${a}, r${b}, ${name});`;
    })}
  }
  workgroupBarrier();`,
  );
}

/**
 * Goes through the sequences: `body` has q0, queries, k0, keys (i32) of one, and is left by `continue` where it has nothing to do. Every
 * thread takes the same way: barriers need that.
 */
export function eachSequence(body: string): string {
  return `
  for (var n = 0u; n < p.sequences; n++) {
    if (t == 0u) { sequence = vec4i(table_at(4u * n), table_at(4u * n + 1u), table_at(4u * n + 2u), table_at(4u * n + 3u)); }
    let now = workgroupUniformLoad(&sequence);
    let q0 = now.x; let queries = now.y; let k0 = now.z; let keys = now.w;
    ${body}
  }`;
}
