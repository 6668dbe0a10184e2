import { PROJECTIONS } from '../../src/config/config-schema';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createCpuDevice, type InstructionSet } from '../../src/compute/cpu/cpu-device';
import { createRandom } from '../../src/base/random';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { LoraAdapter } from '../../src/tuning/lora/lora-adapter';
import { BaseWeights } from '../../src/model/weights';
import { Trainer } from '../../src/train/trainer';
import type { BenchExample } from './examples';

// This project's side of `npm run bench train`, in a process of its own so that its peak memory is its own.
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      examples: { type: 'string' },
      batch: { type: 'string' },
      steps: { type: 'string' },
      threads: { type: 'string' },
      isa: { type: 'string' },
      apart: { type: 'boolean', default: false },
    },
  });
  const device = createCpuDevice({
    threads: Number(values.threads),
    ...(values.apart ? { traits: { sharedTokens: Infinity } } : {}),
    ...(values.isa === undefined ? {} : { isa: values.isa as InstructionSet }),
  });
  const config = readLlamaConfig(values.model!);
  const weights = new BaseWeights(device, values.model!, config);
  const adapter = new LoraAdapter(device, config, {
    r: 16,
    lora_alpha: 16,
    lora_dropout: 0,
    use_rslora: false,
    target_modules: PROJECTIONS,
  });
  const random = createRandom(1);
  adapter.initialise(() => random.nextFloat());
  const model = new LlamaModel(device, config, weights, adapter);
  const examples = JSON.parse(readFileSync(values.examples!, 'utf8')) as BenchExample[];
  const trainer = new Trainer(
    device,
    model,
    examples.map((example, i) => ({ ...example, place: `example ${i}` })),
    {
      max_steps: 1_000_000,
      num_train_epochs: 1,
      per_device_batch_size: Number(values.batch),
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
  await trainer.trainStep();
  const started = performance.now();
  let tokens = 0;
  let trained = 0;
  const losses: number[] = [];
  for (let i = 0; i < Number(values.steps); i++) {
    const result = await trainer.trainStep();
    tokens += result.tokens;
    trained += result.trained_tokens;
    losses.push(result.loss);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    JSON.stringify({
      tokens,
      trained_tokens: trained,
      seconds,
      tokens_per_second: tokens / seconds,
      trained_tokens_per_second: trained / seconds,
      peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
      loss_first: losses[0],
      loss_last: losses.at(-1),
      device: device.description,
    }),
  );
}

void main();
