import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CudaContext } from '../../src/compute/cuda/context';
import { CudaDevice } from '../../src/compute/cuda/cuda-device';
import type { Device } from '../../src/compute/device';
import type { WeightFile } from '../../src/compute/memory';
import { MOST_BINDINGS } from '../../src/compute/webgpu/binding';
import { WebGpuDevice } from '../../src/compute/webgpu/webgpu-device';
import { CountingDriver } from './counting-driver';
import { CountingGpu } from './counting-gpu';
import { trainerOn, writeLlama1b } from './llama-1b';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-count-'));
writeLlama1b(folder);
after(() => {
  rmSync(folder, { recursive: true });
});

interface Counter {
  made: number;
  waits: number;
  readonly kernels: Map<string, number>;
}

const driver = new CountingDriver();
const gpu = new CountingGpu();
/** Of a usual graphics card. */
const LIMITS = { bufferBytes: 1 << 30, bindingBytes: 1 << 30, bindings: MOST_BINDINGS };
const MOST_KERNELS = 450;
const DEVICES: readonly (readonly [name: string, counter: Counter, open: () => Device])[] = [
  ['cuda', driver, () => new CudaDevice(new CudaContext(driver, 0, new Uint8Array(1)), 'counted')],
  ['webgpu', gpu, () => new WebGpuDevice(gpu, { description: 'counted', limits: LIMITS })],
];

/** A device whose weights lie in memory that nothing was copied to: there is nothing to be read. */
function withoutCopies(device: Device): Device {
  const file: WeightFile = { buffer: (dtype, _offset, length) => device.alloc(dtype, length), close: () => undefined };
  return Object.assign(device, { openWeights: () => file });
}

for (const [name, counter, open] of DEVICES) {
  describe(`a training step of Llama-3.2-1B's shape, 8 x 200, on ${name}`, () => {
    let trainer: ReturnType<typeof trainerOn>['trainer'];
    before(async () => {
      ({ trainer } = trainerOn(withoutCopies(open()), folder));
      await trainer.trainStep();
    });

    for (const step of [2, 3]) {
      it(`takes at most ${MOST_KERNELS} kernels and one wait, and allocates nothing, in step ${step}`, async () => {
        counter.kernels.clear();
        [counter.waits, counter.made] = [0, 0];
        await trainer.trainStep();
        const counts = [...counter.kernels].toSorted(([, a], [, b]) => b - a);
        const kernels = counts.reduce((sum, [, count]) => sum + count, 0);
        const named = counts.map(([kernel, count]) => `${count} ${kernel}`).join(', ');
        assert.ok(kernels <= MOST_KERNELS, `${kernels} kernels: ${named}`);
        assert.equal(counter.waits, 1);
        assert.equal(counter.made, 0);
      });
    }
  });
}
