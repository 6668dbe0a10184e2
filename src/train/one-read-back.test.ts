import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { PLAIN_TRAINING } from '../../test/plain-training';
import { SHAPES } from '../../bench/train/shapes';
import { CPU_TRAITS } from '../compute/cpu/cpu-device';
import type { DeviceBuffer } from '../compute/memory';
import { DryDevice } from '../compute/dry/dry-device';
import { PROJECTIONS } from '../config/config-schema';
import { LlamaModel } from '../model/llama';
import { readLlamaConfig } from '../model/llama-config';
import { LoraAdapter } from '../tuning/lora/lora-adapter';
import { scoreExamples } from '../model/score';
import { BaseWeights, expectedTensors } from '../model/weights';
import { Trainer, type TrainingExample } from './trainer';

const LENGTHS = [200, 180, 196, 200, 188, 200, 190, 198];

const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-one-b-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** A model folder whose weights are a hole in a file: nothing reads them. */
function writeModel(): void {
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(SHAPES['llama-3.2-1b']));
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of expectedTensors(readLlamaConfig(folder))) {
    const bytes = 2 * shape.reduce((product, n) => product * n, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const fd = openSync(path.join(folder, 'model.safetensors'), 'w');
  writeSync(fd, Buffer.concat([length, text]));
  ftruncateSync(fd, 8 + text.length + end);
  closeSync(fd);
}

/** A dry device that remembers where its reads were. */
class WatchedDevice extends DryDevice {
  readonly read: DeviceBuffer[] = [];

  override readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    this.read.push(buffer);
    return super.readFloats(buffer);
  }
}

function examplesOf(vocab: number): TrainingExample[] {
  return LENGTHS.map((length, index) => ({
    ids: Array.from({ length }, (_, i) => (i * 31 + index) % vocab),
    trained: [{ from: length / 2, to: length }],
    place: `data.json:${index + 1}`,
  }));
}

describe("a training step of Llama-3.2-1B's shape, 8 x 200", () => {
  writeModel();
  const config = readLlamaConfig(folder);
  const device = new WatchedDevice(CPU_TRAITS);
  const weights = new BaseWeights(device, folder, config);
  const adapter = new LoraAdapter(
    { device, config, weights },
    {
      r: 16,
      lora_alpha: 16,
      lora_dropout: 0,
      use_rslora: false,
      target_modules: PROJECTIONS,
    },
  );
  const model = new LlamaModel(device, config, weights, adapter);
  const examples = examplesOf(config.vocabSize);
  const trainer = new Trainer(device, model, examples, {
    ...PLAIN_TRAINING,
    max_steps: 10,
    per_device_batch_size: 8,
    learning_rate: 1e-4,
    lr_scheduler_type: 'linear',
    shuffle: true,
  });

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
