import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createCpuDevice } from '../src/compute/cpu/cpu-device';
import { writeMerged } from '../src/export/merged/merged-exporter';
import { sourceOf } from './export/source';
import { writeRandomShards } from './qlora/random-shards';
import { statusOf } from './export/status-of';
import type { ShapeName } from './train/shapes';

// npm run bench tutorial [-- --shape llama-3.1-8b --folder DIR]: the tutorial's configuration, key by key as it is printed there, on a folder of
// its model's shape in 4 bits as bitsandbytes writes it (random weights, the example model's tokenizer), on the example's data, until the
// second of its 60 steps is done; then it is stopped as Ctrl-C stops it. Prints what was said of its keys, the time of each step and the most
// memory. Takes 22 GB of the disk for a while.

const TUTORIAL = {
  max_seq_length: 1024,
  load_in_4bit: true,
  lora_r: 16,
  lora_alpha: 16,
  lora_dropout: 0,
  max_steps: 60,
  per_device_batch_size: 2,
  gradient_accumulation_steps: 4,
  learning_rate: 2e-4,
  warmup_steps: 5,
  weight_decay: 0.01,
  lr_scheduler_type: 'linear',
  optim: 'adamw_8bit',
  fp16: true,
  bf16: false,
  packing: true,
};
const STEPS = 2;

/** A folder in 4 bits, made of random weights in 16. */
async function modelIn4Bits(shape: ShapeName, folder: string): Promise<string> {
  const [whole, quantised] = [path.join(folder, 'whole'), path.join(folder, 'in-4-bits')];
  await writeRandomShards(shape, whole);
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    cpSync(path.join('examples/tiny-llama', name), path.join(whole, name));
  const source = await sourceOf(createCpuDevice(), whole, false);
  mkdirSync(quantised);
  await writeMerged(source, quantised, () => undefined, true);
  source.base.close();
  rmSync(whole, { recursive: true });
  return quantised;
}

async function main(shape: ShapeName, folder: string): Promise<void> {
  const model = await modelIn4Bits(shape, folder);
  const bytes = readdirSync(model).reduce((sum, name) => sum + statSync(path.join(model, name)).size, 0);
  console.log(`${shape} in 4 bits: ${(bytes / 1e9).toFixed(2)} GB`);
  const config = path.join(folder, 'sft.config.json');
  const dataset = path.resolve('examples/nigeria-services.json');
  writeFileSync(config, JSON.stringify({ model_name: model, dataset, ...TUTORIAL }));
  const child = spawn(process.execPath, ['dist/sft.js', 'train', config, '--run', path.join(folder, 'run'), '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peak = 0;
  const sample = setInterval(() => {
    peak = Math.max(peak, statusOf(child.pid!, 'VmHWM'));
  }, 500);
  let last = performance.now();
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (line['type'] === 'warning') console.log(`  ${String(line['message'])}`);
    if (line['type'] === 'step') {
      const step = Number(line['step']);
      const seconds = (performance.now() - last) / 1000;
      console.log(
        [`step ${step}`, line['loss'], `${String(line['tokens'])} tokens`, `${seconds.toFixed(0)} s`].join(', '),
      );
      if (step === STEPS) child.kill('SIGINT');
    }
    if (line['type'] === 'stopped') console.log('stopped, saved');
    last = performance.now();
  }
  clearInterval(sample);
  console.log(`at most ${(peak / 1e9).toFixed(2)} GB of memory, pages of the model's files included`);
}

const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'llama-3.1-8b' },
    folder: { type: 'string', default: path.join(tmpdir(), `sft-bench-tutorial-${process.pid}`) },
  },
});
void main(values.shape as ShapeName, values.folder).finally(() => {
  rmSync(values.folder, { recursive: true, force: true });
});
