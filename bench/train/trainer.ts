import { PLAIN_TRAINING } from '../../test/plain-training';
import { createRandom } from '../../src/base/random';
import { PROJECTIONS } from '../../src/config/config-schema';
import type { Device } from '../../src/compute/device';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import { Trainer } from '../../src/train/trainer';
import { LoraAdapter } from '../../src/tuning/lora/lora-adapter';
import type { BenchExample } from './examples';

/** Of the adapters in the benchmarks. */
export const RANK = 16;

/** LoRA r 16 on all seven projections of the model in this folder, steps over the examples in order. */
export async function benchTrainer(
  device: Device,
  modelDir: string,
  examples: readonly BenchExample[],
  batch: number,
  opened?: BaseWeights,
): Promise<Trainer> {
  const config = readLlamaConfig(modelDir);
  const weights = opened ?? new BaseWeights(device, modelDir, config);
  const adapter = new LoraAdapter(
    { device, config, weights },
    {
      r: RANK,
      lora_alpha: RANK,
      lora_dropout: 0,
      use_rslora: false,
      target_modules: PROJECTIONS,
    },
  );
  const random = createRandom(1);
  await adapter.initialise(() => random.nextFloat());
  return new Trainer(
    device,
    new LlamaModel(device, config, weights, adapter),
    examples.map((example, i) => ({ ...example, place: `example ${i}` })),
    { ...PLAIN_TRAINING, max_steps: 1_000_000, per_device_batch_size: batch, learning_rate: 2e-4, weight_decay: 0.01 },
  );
}
