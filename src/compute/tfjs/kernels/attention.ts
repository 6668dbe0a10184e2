import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Sequences } from '../../indices';
import type { AttentionShape } from '../../kernels';
import type { DeviceBuffer } from '../../memory';
import { floatsOf, integersOf } from '../host-memory';
import type { Kernel } from '../kernel';
import type { Tensors } from '../tensors';

/** Queries of one sequence, and the keys that any of them sees. */
interface Block {
  readonly query: number;
  readonly queries: number;
  readonly key: number;
  readonly keys: number;
  /** Keys before the first query's own, of these. */
  readonly before: number;
}

/** Heads of one row of a matrix [rows, heads, width]. */
interface Heads {
  readonly heads: number;
  readonly first: number;
  readonly count: number;
  readonly width: number;
}

/** A block's query heads of one group lie in one matrix [queries * group, headDim], over the keys [keys, headDim] that they share. */
export const attention: Kernel<'attention'> = (on, o, lse, q, k, v, sequences, shape) => {
  const { tf } = on;
  eachGroup(on, sequences, shape, (block, group, shared) => {
    const queries = gather(on, q, block.query, block.queries, group);
    const [keys, values] = [k, v].map((from) => gather(on, from, block.key, block.keys, shared));
    const scores = scoresOf(on, queries, keys!, block, shape);
    scatter(o, block.query, group, weighted(on, scores, values!), 0);
    if (lse !== undefined) scatter(lse, block.query, { ...group, width: 1 }, tf.logSumExp(scores, 1), 0);
  });
};

/** By the gradients that TensorFlow.js takes of the forward pass. */
export const attentionBackward: Kernel<'attentionBackward'> = (
  on,
  dq,
  dk,
  dv,
  dout,
  q,
  k,
  v,
  _o,
  _lse,
  sequences,
  shape,
) => {
  const { kvHeads, headDim } = shape;
  const table = integersOf(sequences.table);
  for (let at = 0; at < table.length; at += 4) {
    const [from, upto] = [table[at + 2]!, table[at + 2]! + table[at + 3]!].map((key) => key * kvHeads * headDim);
    for (const gradient of [dk, dv]) floatsOf(gradient).fill(0, from, upto);
  }
  eachGroup(on, sequences, shape, (block, group, shared) => {
    const pass = on.tf.grads((...given) => {
      const [queries, keys, values] = given as Tensor2D[];
      return weighted(on, scoresOf(on, queries!, keys!, block, shape), values!);
    });
    const inputs = [
      gather(on, q, block.query, block.queries, group),
      ...[k, v].map((from) => gather(on, from, block.key, block.keys, shared)),
    ];
    const gradients = pass(inputs, gather(on, dout, block.query, block.queries, group));
    scatter(dq, block.query, group, gradients[0] as Tensor2D, 0);
    scatter(dk, block.key, shared, gradients[1] as Tensor2D, 1);
    scatter(dv, block.key, shared, gradients[2] as Tensor2D, 1);
  });
};

/** Scores [queries * group, keys], those of keys that a query does not see far below all others. */
function scoresOf({ tf, product }: Tensors, q: Tensor2D, k: Tensor2D, block: Block, shape: AttentionShape): Tensor2D {
  const scores = product(tf.mul(q, shape.scale), tf.transpose(k));
  return tf.where(seenBy(tf, block, shape), scores, -3e38);
}

function weighted({ tf, product }: Tensors, scores: Tensor2D, v: Tensor2D): Tensor2D {
  return product(tf.softmax(scores), v);
}

function seenBy(
  tf: Tensors['tf'],
  { queries, keys, before }: Block,
  { heads, kvHeads, window }: AttentionShape,
): Tensor2D {
  const group = heads / kvHeads;
  const seen = new Uint8Array(queries * group * keys);
  for (let row = 0; row < queries * group; row++) {
    const last = before + Math.floor(row / group);
    const first = window === 0 ? 0 : Math.max(0, last - window + 1);
    seen.fill(1, row * keys + first, row * keys + last + 1);
  }
  return tf.tensor2d(seen, [queries * group, keys], 'bool');
}

/** Each block with each group of its heads: `group` of queries, `shared` the one head of keys and values. */
function eachGroup(
  on: Tensors,
  { table: sequences }: Sequences,
  { heads, kvHeads, headDim: width, window }: AttentionShape,
  work: (block: Block, group: Heads, shared: Heads) => void,
): void {
  const count = heads / kvHeads;
  const table = integersOf(sequences);
  for (let at = 0; at < table.length; at += 4) {
    const [query, queries, key, keys] = table.subarray(at, at + 4) as unknown as [number, number, number, number];
    for (const part of on.parts(queries, count * Math.max(keys, width))) {
      const last = keys - queries + part.from;
      const first = window === 0 ? 0 : Math.max(0, last - window + 1);
      const block = {
        query: query + part.from,
        queries: part.count,
        key: key + first,
        keys: last + part.count - first,
        before: last - first,
      };
      for (let head = 0; head < kvHeads; head++) {
        on.tf.tidy(() => {
          work(block, { heads, first: head * count, count, width }, { heads: kvHeads, first: head, count: 1, width });
        });
      }
    }
  }
}

/** [rows * count, width] of a matrix [.., heads, width]. */
function gather(
  on: Tensors,
  from: DeviceBuffer,
  row: number,
  rows: number,
  { heads, first, count, width }: Heads,
): Tensor2D {
  const [values, taken] = [floatsOf(from), new Float32Array(rows * count * width)];
  for (let i = 0; i < rows; i++) {
    const at = ((row + i) * heads + first) * width;
    taken.set(values.subarray(at, at + count * width), i * count * width);
  }
  return on.matrix(taken, rows * count);
}

/** What `gather` takes, put back or added. */
function scatter(
  to: DeviceBuffer,
  row: number,
  { heads, first, count, width }: Heads,
  given: Pick<Tensor2D, 'dataSync'>,
  beta: 0 | 1,
): void {
  const [sums, values] = [floatsOf(to), given.dataSync<'float32'>()];
  const length = count * width;
  for (let i = 0; i * length < values.length; i++) {
    const at = ((row + i) * heads + first) * width;
    for (let j = 0; j < length; j++) sums[at + j] = (beta === 0 ? 0 : sums[at + j]!) + values[i * length + j]!;
  }
}
