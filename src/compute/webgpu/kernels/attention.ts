import type { Sequences } from '../../indices';
import type { AttentionShape } from '../../kernels';
import type { DeviceBuffer } from '../../memory';
import type { Program } from '../program';
import type { Recording } from '../recording';
import {
  accumulate,
  chunksOf,
  eachOutput,
  eachSequence,
  rowOf,
  scores,
  SIZE,
  store,
  TILE_MEMORY,
  TILE_THREADS,
} from './attention-parts';
import { NUMERIC } from './numeric';

/** Of attention's kernels: `lse` says whether forward keeps it, `scale` is what scores are multiplied by. */
export const ATTENTION_PARAMS = {
  sequences: 'u32',
  width: 'u32',
  heads: 'u32',
  kv_heads: 'u32',
  window: 'i32',
  scale: 'f32',
} as const;

const programs = new Map<string, Program>();

/**
 * A workgroup has a tile of query rows of one head and goes through the keys they see, tile by tile, with the largest score and the sum
 * of each row so far (Milakov & Gimelshein 2018, Dao 2022).
 */
function forward(chunks: number, keepsSums: boolean): Program {
  const code = `${NUMERIC}${TILE_MEMORY}
var<workgroup> most: array<f32, ${SIZE}>;
var<workgroup> total: array<f32, ${SIZE}>;
var<workgroup> shrink: array<f32, ${SIZE}>;
var<workgroup> covered: array<u32, ${SIZE}>;
var<private> head: u32;
var<private> row0: i32;
var<private> key0: i32;
var<private> key_end: i32;
fn query(i: u32, d: u32) -> f32 {
  if (row0 + i32(i) >= i32(p.rows)) { return 0.0; }
  return q_at((u32(row0 + i32(i)) * p.heads + head) * p.width + d);
}
fn group_of() -> u32 { return head / (p.heads / p.kv_heads); }
fn key(j: u32, d: u32) -> f32 {
  if (key0 + i32(j) >= key_end) { return 0.0; }
  return k_at((u32(key0 + i32(j)) * p.kv_heads + group_of()) * p.width + d);
}
fn value(j: u32, d: u32) -> f32 {
  if (key0 + i32(j) >= key_end) { return 0.0; }
  return v_at((u32(key0 + i32(j)) * p.kv_heads + group_of()) * p.width + d);
}
@compute @workgroup_size(${TILE_THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  head = group.y;
  let tile0 = i32(group.x * ${SIZE}u);
  row0 = tile0;
  let ty = t / 8u; let tx = t % 8u;
  ${eachOutput(chunks, (a, index) => `var o${a}_${index} = 0.0;`)}
  if (t < ${SIZE}u) { most[t] = -3.0e38; total[t] = 0.0; covered[t] = 0u; }
  workgroupBarrier();
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
      ${scores('s', 'query', 'key')}
      ${store('weights', 's')}
      workgroupBarrier();
      if (t < ${SIZE}u) {
        let row = row0 + i32(t);
        let seen = row + ahead;
        let inside = row >= q0 && row < q0 + queries;
        let base = t * ${SIZE + 1}u;
        var top = most[t];
        for (var j = 0; j < ${SIZE} * i32(p.one); j++) {
          let at = j0 + j;
          let visible = inside && at <= seen && (p.window == 0 || at > seen - p.window);
          if (visible) { top = max(top, weights[base + u32(j)] * p.scale); }
        }
        let factor = exp32(most[t] - top);
        var sum = total[t] * factor;
        for (var j = 0; j < ${SIZE} * i32(p.one); j++) {
          let at = j0 + j;
          let visible = inside && at <= seen && (p.window == 0 || at > seen - p.window);
          var e = 0.0;
          if (visible) { e = exp32(weights[base + u32(j)] * p.scale - top); }
          weights[base + u32(j)] = e;
          sum += e;
        }
        most[t] = top; total[t] = sum; shrink[t] = factor;
      }
      workgroupBarrier();
      ${eachOutput(chunks, (a, index) => `o${a}_${index} *= shrink[${rowOf(a)}];`)}
      ${accumulate(chunks, 'o', 'weights', 'value')}
    }`)}
  workgroupBarrier();
  ${eachOutput(
    chunks,
    (a, index, column) => `{
    let i = ${rowOf(a)};
    if (covered[i] == 1u && ${column} < p.width) {
      o_put((u32(row0) + i) * p.heads * p.width + head * p.width + ${column}, o${a}_${index} / total[i]);
    }
  }`,
  )}
  ${keepsSums ? `if (t < ${SIZE}u && covered[t] == 1u) { lse_put((u32(row0) + t) * p.heads + head, most[t] + log32(total[t])); }` : ''}
}`;
  return {
    name: `attention over ${chunks} chunks${keepsSums ? ' with sums' : ''}`,
    args: ['o', 'q', 'k', 'v', 'table', ...(keepsSums ? ['lse'] : [])],
    params: { ...ATTENTION_PARAMS, rows: 'u32' },
    code,
  };
}

/** o [rows, heads, width] and lse [rows, heads] of the rows that the sequences cover. */
export function attention(
  r: Recording,
  o: DeviceBuffer,
  lse: DeviceBuffer | undefined,
  q: DeviceBuffer,
  k: DeviceBuffer,
  v: DeviceBuffer,
  sequences: Sequences,
  shape: AttentionShape,
): void {
  const chunks = chunksOf(shape.headDim);
  const program = cached(`forward ${chunks} ${lse !== undefined}`, () => forward(chunks, lse !== undefined));
  const rows = sequences.queryRows;
  const buffers = { o, q, k, v, table: sequences.table, ...(lse === undefined ? {} : { lse }) };
  r.run(program, buffers, { ...attentionNumbers(sequences, shape), rows }, [Math.ceil(rows / SIZE), shape.heads]);
}

export function attentionNumbers(
  { count }: Sequences,
  { heads, kvHeads, headDim: width, scale, window }: AttentionShape,
): Record<keyof typeof ATTENTION_PARAMS, number> {
  return { sequences: count, width, heads, kv_heads: kvHeads, window, scale };
}

/** A program of this name, made once. */
export function cached(name: string, make: () => Program): Program {
  let program = programs.get(name);
  if (program === undefined) programs.set(name, (program = make()));
  return program;
}
