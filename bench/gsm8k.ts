import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { trainTokenizer, writeTokenizer } from '../scripts/train-tokenizer';
import { randomModel } from './train/random-model';

// npm run bench gsm8k: twenty steps of LoRA on gsm8k as it is, through `sft train`, from a random model of SmolLM2-135M's shape with a
// tokenizer of gsm8k's own text; prints the losses. The data lies in ../shared and is not part of the project.

const DATA = path.resolve('../shared/data/gsm8k/train.jsonl');

async function main(): Promise<void> {
  if (!existsSync(DATA)) {
    console.log(`${DATA} is not there: skipped`);
    return;
  }
  const weights = await randomModel('smollm2-135m');
  const folder = path.resolve('.cache/bench/gsm8k');
  const model = path.join(folder, 'model');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(model, { recursive: true });
  for (const name of ['config.json', 'model.safetensors'])
    copyFileSync(path.join(weights, name), path.join(model, name));
  await writeTokenizer(
    model,
    await trainTokenizer({ texts: [readFileSync(DATA, 'utf8')], vocabSize: 8192, maxLength: 8192 }),
  );
  const config = path.join(folder, 'sft.config.json');
  const values = {
    model_name: 'model',
    dataset: DATA,
    max_steps: 20,
    warmup_steps: 2,
    learning_rate: 1e-3,
    per_device_batch_size: 4,
    gradient_accumulation_steps: 1,
    eval_examples: 8,
    eval_steps: 10,
    save_steps: null,
    max_new_tokens: 16,
  };
  writeFileSync(config, JSON.stringify(values, null, 2));
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['dist/sft.js', 'train', config, '--json'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  for (const line of stdout.trim().split('\n')) {
    const event = JSON.parse(line) as Record<string, number | string>;
    if (event['type'] === 'start') console.log(`${event['train_examples']} training examples, ${event['device']}`);
    if (event['type'] === 'step') {
      console.log(
        `step ${event['step']}: loss ${Number(event['loss']).toFixed(4)}, ${Number(event['tokens_per_second']).toFixed(0)} tokens/s`,
      );
    }
    if (event['type'] === 'evaluation')
      console.log(`step ${event['step']}: validation loss ${Number(event['loss']).toFixed(4)}`);
  }
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s in all`);
}

void main();
