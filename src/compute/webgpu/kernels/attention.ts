import type { Sequences } from '../../indices';
import type { AttentionShape } from '../../kernels';
import { programOnce, type Program } from '../program';
import type { Kernel } from '../kernel';
import {
  accumulate,
  chunksOf,
  eachCovered,
  eachOutput,
  queryMain,
  reading,
  rowOf,
  scores,
  SIZE,
  store,
  TILE_MEMORY,
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

/**
 * A workgroup has a tile of query rows of one head and goes through the keys they see, tile by tile, with the largest score and the sum
 * of each row so far (Milakov & Gimelshein 2018, Dao 2022).
 */
function forward(chunks: number, keepsSums: boolean): Program {
  const sums = `if (t < ${SIZE}u && covered[t] == 1u) {
    lse_put((u32(row0) + t) * p.heads + head, most[t] + log32(total[t]));
  }`;
  const code = `${NUMERIC}${TILE_MEMORY}
var<workgroup> most: array<f32, ${SIZE}>;
var<workgroup> total: array<f32, ${SIZE}>;
var<workgroup> shrink: array<f32, ${SIZE}>;
${reading({ query: 'q', key: 'k', value: 'v' })}
${queryMain({
  start: `${eachOutput(chunks, (a, index) => `var o${a}_${index} = 0.0;`)}
  if (t < ${SIZE}u) { most[t] = -3.0e38; total[t] = 0.0; }`,
  tile: `
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
      ${accumulate(chunks, 'o', 'weights', 'value')}`,
  end: `${eachCovered(chunks, (a, index, column) => {
    return `o_put((u32(row0) + i) * p.heads * p.width + head * p.width + ${column}, o${a}_${index} / total[i]);`;
  })}
  ${keepsSums ? sums : ''}`,
})}`;
  return {
    name: `attention over ${chunks} chunks${keepsSums ? ' with sums' : ''}`,
    args: ['o', 'q', 'k', 'v', 'table', ...(keepsSums ? ['lse'] : [])],
    params: { ...ATTENTION_PARAMS, rows: 'u32' },
    code,
  };
}

/** o [rows, heads, width] and lse [rows, heads] of the rows that the sequences cover. */
export const attention: Kernel<'attention'> = (r, o, lse, q, k, v, sequences, shape) => {
  const chunks = chunksOf(shape.headDim);
  const program = programOnce(`attention forward ${chunks} ${lse !== undefined}`, () =>
    forward(chunks, lse !== undefined),
  );
  const rows = sequences.queryRows;
  const buffers = { o, q, k, v, table: sequences.table, ...(lse === undefined ? {} : { lse }) };
  r.run(program, buffers, { ...attentionNumbers(sequences, shape), rows }, [Math.ceil(rows / SIZE), shape.heads]);
};

export function attentionNumbers(
  { count }: Sequences,
  { heads, kvHeads, headDim: width, scale, window }: AttentionShape,
): Record<keyof typeof ATTENTION_PARAMS, number> {
  return { sequences: count, width, heads, kv_heads: kvHeads, window, scale };
}
