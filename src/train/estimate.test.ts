import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { packBatch } from '../model/batch';
import { LlamaModel } from '../model/llama';
import { readLlamaConfig } from '../model/llama-config';
import { LoraAdapter } from '../tuning/lora/lora-adapter';
import { trainPass } from '../model/loss-pass';
import { BaseWeights } from '../model/weights';
import { CPU_TRAITS, createCpuDevice } from '../compute/cpu/cpu-device';
import type { Device } from '../compute/device';
import { DryDevice } from '../compute/dry/dry-device';

const MODEL = 'examples/tiny-llama';
const MIB = 1 << 20;

describe('the device that counts', () => {
  it('allocates what the cpu device allocates for the same pass', () => {
    const pass = (device: Device): number => {
      const config = readLlamaConfig(MODEL);
      const weights = new BaseWeights(device, MODEL, config);
      const adapter = new LoraAdapter(
        { device, config, weights },
        {
          r: 8,
          lora_alpha: 8,
          lora_dropout: 0.1,
          use_rslora: false,
          target_modules: ['q_proj', 'down_proj'],
        },
      );
      const model = new LlamaModel(device, config, weights, adapter);
      const random = createRandom(1);
      const ids = Array.from({ length: 300 }, () => random.below(config.vocabSize));
      const batch = packBatch(device, model.indices, [{ ids, trained: [{ from: 100, to: 300 }] }]);
      const options = { gradScale: 1, dropout: { seed: 1, pass: 1 }, gradientCheckpointing: false };
      const r = device.begin();
      trainPass(r, model, batch, device.alloc('f32', 2), options);
      device.submit(r);
      return device.allocatedBytes;
    };
    assert.equal(pass(new DryDevice(CPU_TRAITS)), pass(createCpuDevice()));
  });

  it('counts of a block no more than was handed out of it, in large pages', () => {
    const device = new DryDevice(CPU_TRAITS);
    const block = device.alloc('f32', 16 * MIB);
    block.slice(0, 100);
    block.slice(100, 3 * MIB).slice(MIB, 10);
    assert.equal(device.usedBytes, 14 * MIB);
    assert.equal(device.allocatedBytes, 64 * MIB);
    const small = device.alloc('i32', 10);
    assert.equal(device.usedBytes, 14 * MIB + 40);
    device.free(small);
    device.free(block);
    assert.equal(device.usedBytes, 0);
    assert.equal(device.peakBytes, 14 * MIB + 40);
  });

  it('maps weights without memory of its own', () => {
    const device = new DryDevice(CPU_TRAITS);
    const weights = new BaseWeights(device, MODEL, readLlamaConfig(MODEL));
    assert.equal(device.mappedBytes, 2 * weights.parameters);
    assert.equal(device.usedBytes, 0);
  });
});
