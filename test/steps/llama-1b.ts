import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { SHAPES } from '../../bench/train/shapes';
import type { Device } from '../../src/compute/device';
import { PROJECTIONS } from '../../src/config/config-schema';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights, expectedTensors } from '../../src/model/weights';
import { Trainer, type TrainingExample } from '../../src/train/trainer';
import { LoraAdapter } from '../../src/tuning/lora/lora-adapter';
import { PLAIN_TRAINING } from '../plain-training';

/** Tokens of the examples of a step: 8 of about 200. */
export const LENGTHS = [200, 180, 196, 200, 188, 200, 190, 198];

/** A model folder of Llama-3.2-1B's shape whose weights are a hole in a file: nothing is on the disk. */
export function writeLlama1b(folder: string): void {
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(SHAPES['llama-3.2-1b']));
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of expectedTensors(readLlamaConfig(folder))) {
    const bytes = 2 * shape.reduce((product, n) => product * n, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const fd = openSync(path.join(folder, 'model.safetensors'), 'w');
  writeSync(fd, Buffer.concat([length, text]));
  ftruncateSync(fd, 8 + text.length + end);
  closeSync(fd);
}

/** Training of LoRA, rank 16 on all seven projections, of the model in a folder. */
export function trainerOn(device: Device, folder: string) {
  const config = readLlamaConfig(folder);
  const weights = new BaseWeights(device, folder, config);
  const adapter = new LoraAdapter(
    { device, config, weights },
    { r: 16, lora_alpha: 16, lora_dropout: 0, use_rslora: false, target_modules: PROJECTIONS },
  );
  const model = new LlamaModel(device, config, weights, adapter);
  const examples: TrainingExample[] = LENGTHS.map((length, index) => ({
    ids: Array.from({ length }, (_, i) => (i * 31 + index) % config.vocabSize),
    trained: [{ from: length / 2, to: length }],
    place: `data.json:${index + 1}`,
  }));
  const trainer = new Trainer(device, model, examples, {
    ...PLAIN_TRAINING,
    max_steps: 10,
    per_device_batch_size: LENGTHS.length,
    learning_rate: 1e-4,
    lr_scheduler_type: 'linear',
    shuffle: true,
  });
  return { model, examples, trainer };
}
