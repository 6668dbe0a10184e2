import assert from 'node:assert/strict';
import { afterEach, before, describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { openDevice } from '../../src/compute/registry';
import { onBench } from '../conformance/bench';
import { assertClose, randoms } from '../conformance/numbers';
import type { SequenceRow } from '../conformance/reference';

const [HEADS, KV_HEADS] = [4, 2];
/** Several blocks of queries and of keys, a sequence of one token, and one whose beginning other passes hold. */
const SEQUENCES: readonly SequenceRow[] = [
  [0, 75, 0, 75],
  [75, 1, 75, 1],
  [76, 60, 76, 97],
];
const [QUERY_ROWS, KEY_ROWS] = [136, 173];
/** What computes heads of this width: tensor cores where the card has them and tiles fit, of each number of chunks. */
const WIDTHS = [48, 64, 96, 128, 192, 256];

/** Of attention over SEQUENCES, all that it computes. */
function computed(device: Device, headDim: number, window: number): Promise<ReadonlyMap<string, Float32Array>> {
  return onBench(device, async (b) => {
    const shape = { heads: HEADS, kvHeads: KV_HEADS, headDim, scale: 1 / Math.sqrt(headDim), window };
    const [queries, keys] = [QUERY_ROWS * HEADS * headDim, KEY_ROWS * KV_HEADS * headDim];
    const [q, dout] = [b.floats(randoms(queries, 1, 2)), b.floats(randoms(queries, 2))];
    const [k, v] = [b.floats(randoms(keys, 3, 2)), b.floats(randoms(keys, 4, 2))];
    const results = {
      o: b.zeros(queries),
      lse: b.zeros(QUERY_ROWS * HEADS),
      dq: b.zeros(queries),
      dk: b.zeros(keys),
      dv: b.zeros(keys),
    };
    const { o, lse, dq, dk, dv } = results;
    const sequences = b.sequences(SEQUENCES);
    b.kernels.attention(o, lse, q, k, v, sequences, shape);
    b.kernels.attentionBackward(dq, dk, dv, dout, q, k, v, o, lse, sequences, shape);
    const read = new Map<string, Float32Array>();
    for (const [name, buffer] of Object.entries(results)) read.set(name, await b.read(buffer));
    return read;
  });
}

describe('attention on CUDA', () => {
  let processor: Device;
  before(async () => {
    processor = await openDevice('cpu');
  });
  afterEach(() => {
    delete process.env['SFT_EMULATION_CAPABILITY'];
    delete process.env['SFT_EMULATION_ORDER'];
  });

  async function holds(headDim: number, window = 0): Promise<void> {
    const device = await openDevice('cuda');
    const [got, expected] = [await computed(device, headDim, window), await computed(processor, headDim, window)];
    assert.equal(got.size, 5);
    for (const [name, values] of got) {
      // Both sides are rounded.
      assertClose(values, expected.get(name)!, device.traits.tolerance.attention, `${name}, width ${headDim}`);
    }
  }

  for (const headDim of WIDTHS) {
    it(`computes heads of ${headDim} on tensor cores as exactly as in fp32`, () => holds(headDim));
    it(`computes heads of ${headDim} on a card without`, async () => {
      process.env['SFT_EMULATION_CAPABILITY'] = '7.5';
      await holds(headDim);
    });
  }

  it('passes over what a window hides', () => holds(96, 40));

  it('needs no other order of threads', async () => {
    process.env['SFT_EMULATION_ORDER'] = 'reverse';
    await holds(96);
  });
});
