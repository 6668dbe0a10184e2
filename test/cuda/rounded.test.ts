import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { deviceOf } from '../../src/cli/open-device';
import type { Device } from '../../src/compute/device';
import { openDevice } from '../../src/compute/registry';
import { onBench } from '../conformance/bench';
import { decodeBf16, encodeBf16 } from '../conformance/half';
import { assertClose, randoms } from '../conformance/numbers';

/** Beyond what is summed in fp32, in several tiles and none of them whole. */
const [M, N, K] = [131, 150, 75];
const SHAPE = { heads: 2, kvHeads: 1, headDim: 64, scale: 0.125, window: 0 };
const ROWS = 131;

/** Numbers that are bf16 already. */
const exact = (values: Float32Array): Float32Array => values.map((value) => decodeBf16(encodeBf16(value)));
const sizes = (values: Float32Array): Float32Array => values.map(Math.abs);

/** x Wᵀ and dy W. */
function products(device: Device, x: Float32Array, dy: Float32Array, w: Float32Array): Promise<Float32Array[]> {
  return onBench(device, async (b) => {
    const [y, dx, weight] = [b.zeros(M * N), b.zeros(M * K), b.matrix('f32', w, N, K)];
    b.kernels.linear(y, b.floats(x), weight, M);
    b.kernels.linearBackwardInput(dx, b.floats(dy), weight, M);
    return [await b.read(y), await b.read(dx)];
  });
}

interface Given {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly dout: Float32Array;
}

async function attention(device: Device, { q, k, v, dout }: Given) {
  return onBench(device, async (b) => {
    const [o, dq, dk, dv] = [q, q, k, v].map(({ length }) => b.zeros(length));
    const lse = b.zeros(ROWS * SHAPE.heads);
    const [qs, ks, vs, sequences] = [b.floats(q), b.floats(k), b.floats(v), b.sequences([[0, ROWS, 0, ROWS]])];
    b.kernels.attention(o!, lse, qs, ks, vs, sequences, SHAPE);
    b.kernels.attentionBackward(dq!, dk!, dv!, b.floats(dout), qs, ks, vs, o!, lse, sequences, SHAPE);
    const read = async (buffer = o!): Promise<Float32Array> => b.read(buffer);
    return { o: await read(), lse: await read(lse), dq: await read(dq), dk: await read(dk), dv: await read(dv) };
  });
}

/** Of what each result sums, the sizes: weights times values, and changes of scores times queries or keys. */
function summedSizes({ q, k, v, dout }: Given, { o, lse }: { readonly o: Float32Array; readonly lse: Float32Array }) {
  const { heads, headDim, scale } = SHAPE;
  const sums = {
    o: new Float64Array(q.length),
    dq: new Float64Array(q.length),
    dk: new Float64Array(k.length),
    dv: new Float64Array(v.length),
  };
  const product = (a: Float32Array, i: number, b: Float32Array, j: number): number => {
    let sum = 0;
    for (let d = 0; d < headDim; d++) sum += a[i * headDim + d]! * b[j * headDim + d]!;
    return sum;
  };
  for (let row = 0; row < ROWS * heads; row++) {
    const delta = product(dout, row, o, row);
    for (let key = 0; key <= Math.floor(row / heads); key++) {
      const weight = Math.exp(scale * product(q, row, k, key) - lse[row]!);
      const change = scale * Math.abs(weight * (product(dout, row, v, key) - delta));
      for (let d = 0; d < headDim; d++) {
        const [at, there] = [row * headDim + d, key * headDim + d];
        sums.o[at]! += weight * Math.abs(v[there]!);
        sums.dv[there]! += weight * Math.abs(dout[at]!);
        sums.dq[at]! += change * Math.abs(k[there]!);
        sums.dk[there]! += change * Math.abs(q[at]!);
      }
    }
  }
  return sums;
}

/** Holds every error to a share of what was summed, and that something was rounded at all. */
function assertRounded(
  got: Float32Array,
  expected: Float32Array,
  of: ArrayLike<number>,
  share: number,
  what: string,
): void {
  assert.ok(got.length > 0 && got.length === expected.length && got.length === of.length, what);
  let most = 0;
  for (const [i, value] of got.entries()) {
    const error = Math.abs(value - expected[i]!);
    assert.ok(error <= share * of[i]! + 1e-5, `${what}[${i}]: ${value} for ${expected[i]!}`);
    if (of[i]! > 0) most = Math.max(most, error / of[i]!);
  }
  assert.ok(most > share / 100, `${what} is not rounded: ${most}`);
}

describe('"bf16": true on CUDA', () => {
  let rounding: Device;
  let processor: Device;
  let share: number;
  before(async () => {
    rounding = await openDevice('cuda', { bf16: true });
    processor = await openDevice('cpu');
    share = rounding.traits.tolerance.product;
  });

  it('multiplies numbers that are bf16 as exactly as in fp32', async () => {
    const given = [exact(randoms(M * K, 1, 4)), exact(randoms(M * N, 2)), exact(randoms(N * K, 3, 0.3))] as const;
    const [got, expected] = [await products(rounding, ...given), await products(processor, ...given)];
    for (const [i, values] of got.entries()) assertClose(values, expected[i]!, 1e-5, ['y', 'dx'][i]!);
  });

  it('rounds others once', async () => {
    const given = [randoms(M * K, 1, 4), randoms(M * N, 2), randoms(N * K, 3, 0.3)] as const;
    const [got, expected] = [await products(rounding, ...given), await products(processor, ...given)];
    const of = await products(processor, sizes(given[0]), sizes(given[1]), sizes(given[2]));
    for (const [i, values] of got.entries()) assertRounded(values, expected[i]!, of[i]!, share, ['y', 'dx'][i]!);
  });

  it('rounds the weights of attention and the changes of its scores', async () => {
    const [q, k] = [exact(randoms(ROWS * 128, 1, 2)), exact(randoms(ROWS * 64, 2, 2))];
    const given = { q, k, v: exact(randoms(ROWS * 64, 3, 2)), dout: exact(randoms(ROWS * 128, 4)) };
    const [got, expected] = [await attention(rounding, given), await attention(processor, given)];
    assertClose(got.lse, expected.lse, 1e-5, 'lse');
    for (const [name, of] of Object.entries(summedSizes(given, expected))) {
      const which = name as keyof ReturnType<typeof summedSizes>;
      assertRounded(got[which], expected[which], of, rounding.traits.tolerance.attention, name);
    }
  });

  it('trains as the processor does within what rounding comes to, which is tried before a run begins', async () => {
    const { device } = await deviceOf({ device: 'cuda', threads: null, bf16: true }, {}).open();
    assert.equal(device.traits.tolerance.product, share);
  });
});
