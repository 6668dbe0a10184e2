// Records what the suggestion of a learning rate is tested on: range tests of the example model, and for each the validation loss that runs
// at several rates end with. `node scripts/make-rate-curves.mjs [NAME...]` writes src/train/rates/testdata/NAME.json; all of them take some
// ten minutes on two cores. What is recorded on gsm8k needs ../shared/data and is left as it is without it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, setup } from './setup.mjs';

const scratch = path.join(root, '.cache/rate-curves');
const target = path.join(root, 'src/train/rates/testdata');
const gsm8k = path.join(root, '../shared/data/gsm8k/train.jsonl');
const common = {
  model_name: path.join(root, 'examples/tiny-llama'),
  dataset: path.join(root, 'examples/nigeria-services.json'),
  max_steps: 60,
  split: { train: 0.85, validation: 0.15, test: 0 },
  save_steps: null,
  eval_steps: null,
  retention: false,
  threads: 1,
};
const ADAPTER_RATES = [5e-5, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2];
const FULL_RATES = [5e-6, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3];

/** name: what differs from the values above. */
const TESTS = {
  lora: {},
  'lora-r8': { seed: 2, lora_r: 8 },
  'lora-small-batch': { per_device_batch_size: 1, gradient_accumulation_steps: 1 },
  'lora-gsm8k': { dataset: gsm8k, per_device_batch_size: 4, gradient_accumulation_steps: 1, eval_examples: 60 },
  '4-bits': { load_in_4bit: true },
  full: { training_type: 'full' },
};

const short = (value) => Number(Number(value).toPrecision(5));

function lines(folder, args) {
  const result = spawnSync(process.execPath, [path.join(root, 'dist/sft.js'), ...args, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    // A queue of its own: other runs on this machine neither wait for these nor are waited for.
    env: { ...process.env, XDG_STATE_HOME: path.join(folder, 'state') },
  });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function record(name, values) {
  const folder = path.join(scratch, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const config = (more) => {
    const file = path.join(folder, 'sft.config.json');
    writeFileSync(file, JSON.stringify({ ...common, ...values, ...more, output_dir: 'runs' }));
    return file;
  };
  const points = lines(folder, ['find-lr', config({})]).filter(({ type }) => type === 'point');
  const rates = values.training_type === 'full' ? FULL_RATES : ADAPTER_RATES;
  const runs = rates.map((learning_rate) => {
    const evaluation = lines(folder, ['train', config({ learning_rate })]).findLast(
      ({ type }) => type === 'evaluation',
    );
    return [learning_rate, short(evaluation.loss)];
  });
  const text = { points: points.map(({ rate, loss, start }) => [short(rate), short(loss), short(start)]), runs };
  writeFileSync(path.join(target, `${name}.json`), `${JSON.stringify(text)}\n`);
  rmSync(folder, { recursive: true, force: true });
  console.log(`${name}: ${points.length} points, runs ${JSON.stringify(runs)}`);
}

setup();
mkdirSync(target, { recursive: true });
const chosen = process.argv.slice(2);
for (const [name, values] of Object.entries(TESTS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  if (values.dataset !== undefined && !existsSync(values.dataset))
    console.log(`${name}: ${values.dataset} is not there`);
  else record(name, values);
}
