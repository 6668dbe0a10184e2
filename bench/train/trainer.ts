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
export function benchTrainer(
  device: Device,
  modelDir: string,
  examples: readonly BenchExample[],
  batch: number,
): Trainer {
  const config = readLlamaConfig(modelDir);
  const weights = new BaseWeights(device, modelDir, config);
  const adapter = new LoraAdapter(device, config, {
    r: RANK,
    lora_alpha: RANK,
    lora_dropout: 0,
    use_rslora: false,
    target_modules: PROJECTIONS,
  });
  const random = createRandom(1);
  adapter.initialise(() => random.nextFloat());
  return new Trainer(
    device,
    new LlamaModel(device, config, weights, adapter),
    examples.map((example, i) => ({ ...example, place: `example ${i}` })),
    {
      max_steps: 1_000_000,
      num_train_epochs: 1,
      per_device_batch_size: batch,
      gradient_accumulation_steps: 1,
      learning_rate: 2e-4,
      lr_scheduler_type: 'constant',
      warmup_steps: 0,
      warmup_ratio: 0,
      weight_decay: 0.01,
      adam_beta1: 0.9,
      adam_beta2: 0.999,
      adam_epsilon: 1e-8,
      max_grad_norm: 1,
      gradient_checkpointing: false,
      shuffle: false,
      seed: 1,
    },
  );
}
