import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { LENGTHS, trainerOn, writeLlama1b } from '../../test/steps/llama-1b';
import { CPU_TRAITS } from '../compute/cpu/cpu-device';
import type { DeviceBuffer } from '../compute/memory';
import { DryDevice } from '../compute/dry/dry-device';
import { scoreExamples } from '../model/score';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-one-b-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** A dry device that remembers where its reads were. */
class WatchedDevice extends DryDevice {
  readonly read: DeviceBuffer[] = [];

  override readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    this.read.push(buffer);
    return super.readFloats(buffer);
  }
}

describe("a training step of Llama-3.2-1B's shape, 8 x 200", () => {
  writeLlama1b(folder);
  const device = new WatchedDevice(CPU_TRAITS);
  const { model, examples, trainer } = trainerOn(device, folder);

  it('is submitted once and read back once: losses and norm, no indices', async () => {
    await trainer.trainStep();
    assert.equal(device.submissions, 1);
    assert.equal(device.readBacks, 1);
    assert.deepEqual(
      device.read.map(({ dtype, length }) => [dtype, length]),
      [['f32', 4 + 2 * LENGTHS.length]],
    );
  });

  it('takes as many kernels in every step', async () => {
    const before = device.kernels;
    await trainer.trainStep();
    const first = device.kernels - before;
    await trainer.trainStep();
    assert.equal(device.kernels - before, 2 * first);
    assert.ok(first > 1000, `${first} kernels`);
  });

  it('needs no more memory from the second step on', async () => {
    const bytes = device.allocatedBytes;
    await trainer.trainStep();
    assert.equal(device.allocatedBytes, bytes);
  });

  it('is scored with one read-back a pass', async () => {
    const before = device.readBacks;
    await scoreExamples(model, examples);
    assert.equal(device.readBacks - before, 4);
  });
});
