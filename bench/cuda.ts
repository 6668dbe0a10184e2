import { parseArgs } from 'node:util';
import type { Device } from '../src/compute/device';
import type { WeightMatrix } from '../src/compute/memory';
import { openDevice } from '../src/compute/registry';
import { onBench, type Bench } from '../test/conformance/bench';

// npm run bench cuda [-- --device cuda:0 --rows 2048 --rounds 20 --bf16]: TFLOP/s of the products and the attention of a layer of Llama-3.2-1B.

const [WIDTH, HIDDEN] = [2048, 8192];
const ATTENTION = { heads: 32, kvHeads: 8, headDim: 64, scale: 0.125, window: 0 };

/** Seconds of one call, over some rounds after a first one. */
async function seconds(b: Bench, device: Device, rounds: number, call: () => void): Promise<number> {
  for (const count of [1, rounds]) {
    const started = performance.now();
    for (let i = 0; i < count; i++) call();
    b.submit();
    await device.sync();
    if (count === rounds) return (performance.now() - started) / 1000 / rounds;
  }
  throw new RangeError('no rounds');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      device: { type: 'string', default: 'cuda' },
      bf16: { type: 'boolean', default: false },
      rows: { type: 'string', default: '2048' },
      rounds: { type: 'string', default: '20' },
    },
  });
  const { bf16 } = values;
  const [device, rows, rounds] = [
    await openDevice(values.device, { bf16 }),
    Number(values.rows),
    Number(values.rounds),
  ];
  console.log(`${device.description}, ${rows} rows, ${rounds} rounds, ${bf16 ? 'factors rounded to bf16' : 'exact'}`);
  await onBench(device, async (b) => {
    const report = async (name: string, operations: number, call: () => void): Promise<void> => {
      const time = await seconds(b, device, rounds, call);
      console.log(`${(operations / time / 1e12).toFixed(2)} TFLOP/s\t${(1e6 * time).toFixed(0)} us\t${name}`);
    };
    const [x, y] = [b.zeros(rows * WIDTH), b.zeros(rows * HIDDEN)];
    const dense = b.matrix('bf16', new Float32Array(HIDDEN * WIDTH), HIDDEN, WIDTH);
    const weights: readonly (readonly [string, WeightMatrix])[] = [
      ['bf16', dense],
      ['nf4', b.nf4(dense.data, HIDDEN, WIDTH)],
    ];
    for (const [form, w] of weights) {
      const operations = 2 * rows * WIDTH * HIDDEN;
      await report(`y = x Wᵀ, ${form}`, operations, () => {
        b.kernels.linear(y, x, w, rows);
      });
      await report(`dx = dy W, ${form}`, operations, () => {
        b.kernels.linearBackwardInput(x, y, w, rows);
      });
    }
    const [q, k, v] = [x, b.zeros(rows * 512), b.zeros(rows * 512)];
    const [o, lse] = [b.zeros(rows * WIDTH), b.zeros(rows * ATTENTION.heads)];
    const [dq, dk, dv] = [b.zeros(rows * WIDTH), b.zeros(rows * 512), b.zeros(rows * 512)];
    const sequences = b.sequences([[0, rows, 0, rows]]);
    // Half of the scores are seen.
    const operations = 2 * rows * rows * WIDTH;
    await report('attention', operations, () => {
      b.kernels.attention(o, lse, q, k, v, sequences, ATTENTION);
    });
    await report('attention backward', 2.5 * operations, () => {
      b.kernels.attentionBackward(dq, dk, dv, o, q, k, v, o, lse, sequences, ATTENTION);
    });
  });
}

void main();
