import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import type { Device } from '../../src/compute/device';
import { findDevice, openDevice } from '../../src/compute/registry';
import { dawnAdapters } from '../../src/compute/webgpu/dawn-node';
import { findDawn, loadDawn } from '../../src/compute/webgpu/find-dawn';
import { WebGpuDevice } from '../../src/compute/webgpu/webgpu-device';
import { atLeastOne } from '../at-least-one';
import { onBench } from '../conformance/bench';
import { exercise } from '../conformance/exercise';
import { assertClose, assertSame, randomIndices, randoms } from '../conformance/numbers';

function refuses(remedy: RegExp, call: () => void): void {
  assert.throws(
    call,
    (error) => error instanceof SftError && error.code === 'beyond-binding' && remedy.test(error.remedy ?? ''),
  );
}

/** What is this device's own; the conformance suite holds its kernels against the reference. */
describe('webgpu', () => {
  let device: Device;
  before(async () => {
    device = await openDevice('webgpu');
  });

  it('lists what stands for a graphics card as software, which auto does not take', async () => {
    assert.match((await findDevice('webgpu')).name, /software on the processor$/);
    assert.equal((await findDevice('auto')).kind, 'cpu');
  });

  it('computes every kernel as the processor does, over several blocks, tiles and sequences', async () => {
    const [results, expected] = [await exercise(device), await exercise(await openDevice('cpu'))];
    for (const [name, values] of atLeastOne(results.entries())) assertClose(values, expected.get(name)!, 1e-5, name);
  });

  it('works through what is larger than a binding in parts', async () => {
    const [adapter] = await dawnAdapters(loadDawn(findDawn()!));
    const { limits } = adapter!;
    const small = new WebGpuDevice(await adapter!.open(), {
      description: 'small bindings',
      limits: { ...limits, bindingBytes: 70_000 },
    });
    const [m, n, k, length] = [11, 300, 192, 40_000];
    const [here, there] = await Promise.all(
      [small, device].map((on) =>
        onBench(on, async (b) => {
          const w = b.matrix('bf16', randoms(n * k, 1, 0.1), n, k);
          const [y, dx, rows] = [b.zeros(m * n), b.zeros(m * k), b.zeros(m * k)];
          b.kernels.linear(y, b.floats(randoms(m * k, 2)), w, m);
          b.kernels.linearBackwardInput(dx, b.floats(randoms(m * n, 3)), w, m);
          b.kernels.gatherRows(rows, w, b.indices(randomIndices(m, n, 4)), m);
          const [x, verdict] = [b.floats(randoms(length, 5)), b.zeros(4)];
          b.kernels.dropout(x, x, { p: 0.3, seed: 6, offset: 7 });
          b.kernels.clip(verdict, x, b.floats([1, 0]), 0.5);
          const read = [y, rows, x, dx, verdict].map((buffer) => b.read(buffer));
          return Promise.all(read);
        }),
      ),
    );
    for (const [i, name] of ['y', 'rows', 'x'].entries()) assertSame(here![i]!, there![i]!, name);
    // Sums in parts are rounded otherwise.
    for (const [i, name] of ['dx', 'verdict'].entries()) assertClose(here![i + 3]!, there![i + 3]!, 1e-5, name);

    // What is not worked through in parts names what makes it smaller.
    await onBench(small, (b) => {
      const [x, weight, grad, verdict] = [b.zeros(length), b.zeros(8), b.zeros(length), b.zeros(4)];
      const [m, v] = [1, 2].map(() => {
        return { map: b.zeros(256), codes: b.bytes(new Uint8Array(256)), absmax: b.zeros(1), exact: b.zeros(256) };
      });
      const step = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, step: 1 };
      refuses(/max_seq_length/, () => {
        b.kernels.rmsNorm(x, x, weight, length / 8, 8, 1e-5);
      });
      for (const home of [0, -1]) {
        const blocks = b.blocks([[0, 256, home]]);
        refuses(/"optim": "adamw"/, () => {
          b.kernels.adamw8bit(x, grad, m!, v!, blocks, step, verdict);
        });
      }
      return Promise.resolve();
    });
  });
});
