import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { chooseDevice } from '../../src/compute/choose-device';
import { listDevices } from '../../src/compute/registry';
import { findTensorFlow } from '../../src/compute/tfjs/find-tensorflow';
import type { TensorFlow } from '../../src/compute/tfjs/tensorflow';
import { TfjsDevice } from '../../src/compute/tfjs/tfjs-device';
import { atLeastOne } from '../at-least-one';
import { onBench } from '../conformance/bench';
import { exercise } from '../conformance/exercise';
import { assertClose, assertSame, randoms } from '../conformance/numbers';

describe('tfjs', () => {
  const listening = (): number[] => {
    return ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event));
  };
  let listened: number[];
  let tf: TensorFlow;
  before(async () => {
    listened = listening();
    tf = await findTensorFlow().load();
  });

  it('is what auto takes where the kernels of the processor are missing, and nothing else can', async () => {
    const devices = await listDevices();
    assert.equal(chooseDevice('auto', devices).kind, 'cpu');
    const without = devices.map((device) =>
      device.kind === 'cpu' ? { ...device, unavailable: { code: 'native-library-missing', reason: 'none' } } : device,
    );
    assert.equal(chooseDevice('auto', without).kind, 'tfjs');
  });

  it('comes to the same in parts of tensors, and leaves none behind', async () => {
    const [small, whole] = [5000, undefined].map(
      (mostFloats) => new TfjsDevice(tf, { description: 'parts', mostFloats }),
    );
    const before = tf.memory().numTensors;
    const [results, expected] = [await exercise(small!), await exercise(whole!)];
    // Sums in parts are rounded otherwise.
    for (const [name, values] of atLeastOne(results.entries())) assertClose(values, expected.get(name)!, 2e-5, name);
    assert.equal(tf.memory().numTensors, before);
  });

  it('multiplies a row by itself as among others, bit for bit', () =>
    onBench(new TfjsDevice(tf, { description: 'rows' }), async (b) => {
      const [most, n, k] = [40, 130, 200];
      const x = b.floats(randoms(most * k, 1));
      const w = b.matrix('bf16', randoms(n * k, 2), n, k);
      const product = async (first: number, rows: number): Promise<Float32Array> => {
        const y = b.zeros(rows * n);
        b.kernels.linear(y, x.slice(first * k, rows * k), w, rows);
        return b.read(y);
      };
      const all = await product(0, most);
      for (let rows = 1; rows < most; rows++) {
        const first = (rows * 7) % (most - rows + 1);
        assertSame(await product(first, rows), all.slice(first * n, (first + rows) * n), `${rows} rows`);
      }
    }));

  it('leaves it to this process how it ends', () => {
    assert.deepEqual(listening(), listened);
  });
});
