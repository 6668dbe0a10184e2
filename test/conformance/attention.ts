import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atLeastOne } from '../at-least-one';
import type { Device } from '../../src/compute/device';
import type { AttentionShape } from '../../src/compute/kernels';
import { onBench } from './bench';
import { assertClose, dot, numericalGradient, randoms } from './numbers';
import { attention, type SequenceRow } from './reference';

interface Case {
  readonly name: string;
  readonly shape: AttentionShape;
  readonly sequences: readonly SequenceRow[];
}

const shapeOf = (heads: number, kvHeads: number, headDim: number, window = 0): AttentionShape => {
  return { heads, kvHeads, headDim, window, scale: 1 / Math.sqrt(headDim) };
};

/** Packed one after another, queries and keys alike. */
const packed = (lengths: readonly number[]): SequenceRow[] => {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return [at - length, length, at - length, length];
  });
};

/** Queries behind a prefix of `before` keys each; the keys of all lie one after another. */
const behind = (before: number, lengths: readonly number[]): SequenceRow[] => {
  let [query, key] = [0, 0];
  return lengths.map((length) => {
    const row: SequenceRow = [query, length, key, before + length];
    query += length;
    key += before + length;
    return row;
  });
};

/** Small enough for differences over every element. */
const DIFFERENTIATED: readonly Case[] = [
  { name: 'one token', shape: shapeOf(1, 1, 1), sequences: packed([1]) },
  { name: 'three sequences, grouped heads', shape: shapeOf(4, 2, 6), sequences: packed([5, 1, 9]) },
  { name: 'one kv head, window 3', shape: shapeOf(3, 1, 8, 3), sequences: packed([7, 4]) },
  { name: 'a head for each, odd width', shape: shapeOf(2, 2, 17), sequences: packed([12]) },
  { name: 'behind a prefix', shape: shapeOf(4, 2, 6), sequences: behind(7, [5, 1, 9]) },
  { name: 'behind a prefix, window 4', shape: shapeOf(2, 1, 8, 4), sequences: behind(3, [6, 2]) },
];

/** Lengths that fill several blocks, against differences along random directions. */
const LARGE: readonly Case[] = [
  { name: '9 heads over 3, width 64', shape: shapeOf(9, 3, 64), sequences: packed([130, 65, 17]) },
  { name: 'width 80', shape: shapeOf(4, 4, 80), sequences: packed([101, 64]) },
  { name: 'width 96', shape: shapeOf(2, 1, 96), sequences: packed([97, 128]) },
  { name: 'width 128, 8 heads over 1', shape: shapeOf(8, 1, 128), sequences: packed([77]) },
  { name: 'width 33', shape: shapeOf(3, 3, 33), sequences: packed([200]) },
  { name: 'window 50', shape: shapeOf(6, 2, 32, 50), sequences: packed([150, 70]) },
  { name: 'window 100, wider than a block', shape: shapeOf(2, 2, 16, 100), sequences: packed([300]) },
  { name: 'behind a prefix of several blocks', shape: shapeOf(9, 3, 64), sequences: behind(150, [70, 1, 130]) },
  { name: 'behind a prefix, window 100', shape: shapeOf(6, 2, 32, 100), sequences: behind(90, [150, 30]) },
  { name: 'window 1', shape: shapeOf(2, 1, 16, 1), sequences: packed([70]) },
];

const DECODING: readonly Case[] = [
  { name: 'one query over 1 key', shape: shapeOf(9, 3, 64), sequences: [[0, 1, 0, 1]] },
  { name: 'one query over 333 keys', shape: shapeOf(9, 3, 64), sequences: [[0, 1, 0, 333]] },
  { name: 'one query over a window of 40', shape: shapeOf(8, 2, 20, 40), sequences: [[0, 1, 0, 129]] },
  {
    name: 'several sequences with gaps between their keys',
    shape: shapeOf(4, 2, 24),
    sequences: [
      [0, 1, 10, 70],
      [1, 1, 100, 3],
      [2, 5, 120, 90],
    ],
  },
];

function inputs({ shape, sequences }: Case) {
  const queryRows = Math.max(...sequences.map(([query, queries]) => query + queries));
  const keyRows = Math.max(...sequences.map(([, , key, keys]) => key + keys));
  const { heads, kvHeads, headDim } = shape;
  return {
    q: randoms(queryRows * heads * headDim, 1, 2),
    k: randoms(keyRows * kvHeads * headDim, 2, 2),
    v: randoms(keyRows * kvHeads * headDim, 3, 2),
    dout: randoms(queryRows * heads * headDim, 4),
  };
}

/** o, lse and the three gradients as the device computes them. */
async function run(device: Device, given: Case) {
  const { shape } = given;
  const { q, k, v, dout } = inputs(given);
  return onBench(device, async (b) => {
    const [qs, ks, vs, o, lse] = [
      b.floats(q),
      b.floats(k),
      b.floats(v),
      b.zeros(q.length),
      b.zeros(q.length / shape.headDim),
    ];
    const sequences = b.sequences(given.sequences);
    b.kernels.attention(o, lse, qs, ks, vs, sequences, shape);
    const [dq, dk, dv] = [b.zeros(q.length), b.zeros(k.length), b.zeros(v.length)];
    for (const gradient of [dq, dk, dv]) b.kernels.fill(gradient, NaN);
    b.kernels.attentionBackward(dq, dk, dv, b.floats(dout), qs, ks, vs, o, lse, sequences, shape);
    const read = async (buffer: typeof o) => b.read(buffer);
    return { o: await read(o), lse: await read(lse), dq: await read(dq), dk: await read(dk), dv: await read(dv) };
  });
}

export function attentionSuite(device: () => Device): void {
  void describe('attention', () => {
    for (const given of DIFFERENTIATED) {
      void it(`forward, and backward against differences: ${given.name}`, async () => {
        const { q, k, v, dout } = inputs(given);
        const { sequences, shape } = given;
        const got = await run(device(), given);
        const expected = attention(q, k, v, sequences, shape);
        assertClose(got.o, expected.o, 2e-6, 'o');
        assertClose(got.lse, expected.lse, 2e-6, 'lse');
        const loss = (a: ArrayLike<number>, b: ArrayLike<number>, c: ArrayLike<number>) =>
          dot(attention(a, b, c, sequences, shape).o, dout);
        assertClose(
          got.dq,
          numericalGradient((at) => loss(at, k, v), q),
          device().traits.tolerance.attention,
          'dq',
        );
        assertClose(
          got.dk,
          numericalGradient((at) => loss(q, at, v), k),
          device().traits.tolerance.attention,
          'dk',
        );
        assertClose(
          got.dv,
          numericalGradient((at) => loss(q, k, at), v),
          device().traits.tolerance.attention,
          'dv',
        );
      });
    }

    for (const given of LARGE) {
      void it(`forward, and backward along directions: ${given.name}`, async () => {
        const { q, k, v, dout } = inputs(given);
        const { sequences, shape } = given;
        const got = await run(device(), given);
        const expected = attention(q, k, v, sequences, shape);
        assertClose(got.o, expected.o, 5e-6, 'o');
        assertClose(got.lse, expected.lse, 5e-6, 'lse');
        const step = 1e-5;
        for (const [name, gradient, base] of [
          ['dq', got.dq, q],
          ['dk', got.dk, k],
          ['dv', got.dv, v],
        ] as const) {
          const direction = randoms(base.length, 9);
          const moved = (by: number) => {
            const at = Float64Array.from(base, (value, i) => value + by * direction[i]!);
            const of = (which: string, x: Float32Array) => (which === name ? at : x);
            return dot(attention(of('dq', q), of('dk', k), of('dv', v), sequences, shape).o, dout);
          };
          const slope = (moved(step) - moved(-step)) / (2 * step);
          // Where the gradient is 0, as for q when only one key is seen, the scale is that of dout.
          const size = Math.sqrt(Math.max(dot(gradient, gradient), 1) * dot(direction, direction));
          assert.ok(
            Math.abs(dot(gradient, direction) - slope) <= 1e-6 * size,
            `${name}: ${dot(gradient, direction)}, ${slope}`,
          );
        }
      });
    }

    for (const given of DECODING) {
      void it(`decoding: ${given.name}`, () =>
        onBench(device(), async (b) => {
          const { q, k, v } = inputs(given);
          const o = b.zeros(q.length);
          const sequences = b.sequences(given.sequences);
          b.kernels.attention(o, undefined, b.floats(q), b.floats(k), b.floats(v), sequences, given.shape);
          assertClose(await b.read(o), attention(q, k, v, given.sequences, given.shape).o, 2e-6, 'o');
        }));
    }

    void it('stays exact where scores are far from 0', () =>
      onBench(device(), async (b) => {
        const shape = { heads: 1, kvHeads: 1, headDim: 1, scale: 1, window: 0 };
        const q = Float32Array.from([1, 1, 1]);
        const k = Float32Array.from([-400, 400, 390]);
        const v = Float32Array.from([5, 6, 7]);
        const [o, lse] = [b.zeros(3), b.zeros(3)];
        b.kernels.attention(o, lse, b.floats(q), b.floats(k), b.floats(v), b.sequences([[0, 3, 0, 3]]), shape);
        const expected = attention(q, k, v, [[0, 3, 0, 3]], shape);
        assertClose(await b.read(o), expected.o, 1e-6, 'o');
        assertClose(await b.read(lse), expected.lse, 1e-6, 'lse');
      }));

    void it('lets a NaN in a key reach the queries that see it and no others', () =>
      onBench(device(), async (b) => {
        const shape = shapeOf(1, 1, 4);
        const k = randoms(80, 5);
        k[4 * 7] = NaN;
        const o = b.zeros(80);
        b.kernels.attention(
          o,
          undefined,
          b.floats(randoms(80, 6)),
          b.floats(k),
          b.floats(randoms(80, 7)),
          b.sequences([[0, 20, 0, 20]]),
          shape,
        );
        atLeastOne(await b.read(o)).forEach((value, i) => {
          assert.equal(Number.isNaN(value), i >= 4 * 7, `o[${i}] is ${value}`);
        });
      }));
  });
}
