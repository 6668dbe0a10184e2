import { elementwise, programOnce, type Program } from '../program';
import type { Kernel } from '../kernel';
import { ATTENTION_PARAMS, attentionNumbers } from './attention';
import {
  accumulate,
  chunksOf,
  eachCell,
  eachCovered,
  eachOutput,
  eachSequence,
  queryMain,
  reading,
  scores,
  SIZE,
  store,
  TILE_MEMORY,
  tileMain,
} from './attention-parts';
import { NUMERIC } from './numeric';

/*
 * With s = scale q·k, p = exp(s - lse), dp = dout·v and delta = dout·o of a query:
 *   ds = p (dp - delta),  dq = scale sum over keys of ds k,  dk = scale sum over queries of ds q,  dv = sum over queries of p dout.
 * Scores are computed again, once for dq by tiles of queries and once for dk and dv by tiles of keys, so that each result has one owner.
 */

/** A pair a query row and head: its lse, and dout·o. */
const DELTA = elementwise(
  'delta of attention',
  ['pairs', 'dout', 'o', 'lse'],
  { width: 'u32' },
  `var total = 0.0;
    for (var d = 0u; d < p.width; d++) { total += dout_at(i * p.width + d) * o_at(i * p.width + d); }
    pairs_put(2u * i, lse_at(i));
    pairs_put(2u * i + 1u, total);`,
);

const READING = reading({ query: 'q', gradient: 'dout', key: 'k', value: 'v' });

/** What score (row, at) is in backward, where the query at `row` sees the key at `at` of its sequence: else nothing. */
const WEIGHT = `
fn visible(row: i32, at: i32, q0: i32, queries: i32, ahead: i32, keys: i32) -> bool {
  let seen = row + ahead;
  return row >= q0 && row < q0 + queries && at >= 0 && at < keys && at <= seen && (p.window == 0 || at > seen - p.window);
}
fn pair_of(row: i32) -> u32 { return 2u * (u32(row) * p.heads + head); }`;

function backwardQueries(chunks: number): Program {
  const code = `${NUMERIC}${TILE_MEMORY}${READING}${WEIGHT}
${queryMain({
  start: eachOutput(chunks, (a, index) => `var o${a}_${index} = 0.0;`),
  tile: `
      ${scores('s', 'query', 'key')}
      ${scores('g', 'gradient', 'value')}
      ${store('weights', 's')}
      ${store('left', 'g')}
      ${eachCell(`
        let row = row0 + i32(i);
        var ds = 0.0;
        if (visible(row, j0 + i32(j), q0, queries, ahead, keys)) {
          let pair = pair_of(row);
          ds = exp32(weights[cell] * p.scale - pairs_at(pair)) * (left[cell] - pairs_at(pair + 1u));
        }
        weights[cell] = ds;`)}
      ${accumulate(chunks, 'o', 'weights', 'key')}`,
  end: eachCovered(chunks, (a, index, column) => {
    return `dq_put((u32(row0) + i) * p.heads * p.width + head * p.width + ${column}, o${a}_${index} * p.scale);`;
  }),
})}`;
  return {
    name: `attention backward to queries over ${chunks} chunks`,
    args: ['dq', 'dout', 'q', 'k', 'v', 'pairs', 'table'],
    params: { ...ATTENTION_PARAMS, rows: 'u32' },
    code,
  };
}

function backwardKeys(chunks: number): Program {
  const code = `${NUMERIC}${TILE_MEMORY}${READING}${WEIGHT}
${tileMain(`
  key0 = tile0;
  key_end = i32(p.rows);
  ${eachOutput(chunks, (a, index) => `var k${a}_${index} = 0.0; var v${a}_${index} = 0.0;`)}
  ${eachSequence(`
    if (keys <= 0 || k0 >= tile0 + ${SIZE} || k0 + keys <= tile0) { continue; }
    if (t < ${SIZE}u && key0 + i32(t) >= k0 && key0 + i32(t) < k0 + keys) { covered[t] = 1u; }
    // Queries, as rows of q, that see a key of this tile.
    let ahead = keys - queries - q0;
    let first = max(q0, max(tile0 - k0, 0) - ahead);
    var end = q0 + queries;
    if (p.window > 0) { end = min(end, min(tile0 - k0 + ${SIZE - 1}, keys - 1) - ahead + p.window); }
    row_end = q0 + queries;
    for (var h = 0u; h < p.heads / p.kv_heads; h++) {
      head = group.y * (p.heads / p.kv_heads) + h;
      for (var i0 = first; i0 < end; i0 += ${SIZE}) {
        row0 = i0;
        ${scores('s', 'key', 'query')}
        ${scores('g', 'value', 'gradient')}
        ${store('weights', 's')}
        ${store('left', 'g')}
        ${eachCell(`
          let row = row0 + i32(j);
          var weight = 0.0; var ds = 0.0;
          if (visible(row, tile0 - k0 + i32(i), q0, queries, ahead, keys)) {
            let pair = pair_of(row);
            weight = exp32(weights[cell] * p.scale - pairs_at(pair));
            ds = weight * (left[cell] - pairs_at(pair + 1u));
          }
          weights[cell] = weight;
          left[cell] = ds;`)}
        ${accumulate(chunks, 'v', 'weights', 'gradient')}
        ${accumulate(chunks, 'k', 'left', 'query')}
      }
    }`)}
  ${eachCovered(chunks, (a, index, column) => {
    return `let at = (u32(key0) + i) * p.kv_heads * p.width + group.y * p.width + ${column};
      dk_put(at, k${a}_${index} * p.scale);
      dv_put(at, v${a}_${index});`;
  })}`)}`;
  return {
    name: `attention backward to keys over ${chunks} chunks`,
    args: ['dk', 'dv', 'dout', 'q', 'k', 'v', 'pairs', 'table'],
    params: { ...ATTENTION_PARAMS, rows: 'u32' },
    code,
  };
}

export const attentionBackward: Kernel<'attentionBackward'> = (
  r,
  dq,
  dk,
  dv,
  dout,
  q,
  k,
  v,
  o,
  lse,
  sequences,
  shape,
) => {
  const { queryRows, keyRows, table } = sequences;
  const { headDim: width, heads, kvHeads } = shape;
  const chunks = chunksOf(width);
  const numbers = attentionNumbers(sequences, shape);
  const pairs = r.scratch(2 * queryRows * heads);
  r.each(DELTA, { pairs, dout, o, lse }, { width }, queryRows * heads);
  const toQueries = programOnce(`attention backward to queries ${chunks}`, () => backwardQueries(chunks));
  const queryGroups = [Math.ceil(queryRows / SIZE), heads] as const;
  r.run(toQueries, { dq, dout, q, k, v, pairs, table }, { ...numbers, rows: queryRows }, queryGroups);
  const toKeys = programOnce(`attention backward to keys ${chunks}`, () => backwardKeys(chunks));
  const keyGroups = [Math.ceil(keyRows / SIZE), kvHeads] as const;
  r.run(toKeys, { dk, dv, dout, q, k, v, pairs, table }, { ...numbers, rows: keyRows }, keyGroups);
};
