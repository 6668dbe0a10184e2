// Records the curves that the advice in src/train/health is tested on: real runs of the example model with configurations that provoke
// each kind of trouble, and healthy ones. `node scripts/make-curves.mjs [NAME-PART...]` writes src/train/health/testdata/NAME.json;
// all of them take some ten minutes on two cores. Healthy runs on gsm8k need ../shared/data and are left as they are without it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, setup } from './setup.mjs';

const scratch = path.join(root, '.cache/curves');
const target = path.join(root, 'src/train/health/testdata');
const sample = JSON.parse(readFileSync(path.join(root, 'examples/nigeria-services.json'), 'utf8'));
/** Data outside of the sample is named relative to the checkout, in what is recorded as well. */
const gsm8k = '../shared/data/gsm8k/train.jsonl';

/** The first `count` of the sample's pairs, spread over the whole of it. */
const some = (count) =>
  sample.filter((_, at) => Math.floor((at * count) / sample.length) !== Math.floor(((at - 1) * count) / sample.length));
/** Most pairs many times over, and a few of their own: the training part is the repeated ones, the validation part the others. */
const repeated = [...some(10).flatMap((pair) => Array.from({ length: 40 }, () => pair)), ...sample.slice(100, 145)];

const noTest = { train: 0.9, validation: 0.1, test: 0 };
const common = { max_steps: 60, split: noTest, save_steps: null, eval_steps: 10, retention: false };

/** name: what differs from the values above; `pairs` or `dataset` is the data, the sample where neither is given. */
const RUNS = {
  'healthy-demo': { eval_steps: 20, split: { train: 0.8, validation: 0.1, test: 0.1 }, max_new_tokens: 1 },
  'healthy-seed-1': { seed: 1 },
  'healthy-seed-2': { seed: 2, lr_scheduler_type: 'cosine' },
  'healthy-seed-3': { seed: 3, lr_scheduler_type: 'constant' },
  'healthy-small-batch': { per_device_batch_size: 1, gradient_accumulation_steps: 1, max_steps: 460, eval_steps: 50 },
  'healthy-large-batch': { per_device_batch_size: 8, num_train_epochs: 1, max_steps: null, eval_steps: 5 },
  'healthy-long': { max_steps: 200, eval_steps: 20, lora_dropout: 0.05 },
  'healthy-fast': { learning_rate: 1e-3, warmup_steps: 6 },
  'healthy-full': { training_type: 'full', learning_rate: 2e-5 },
  'healthy-gsm8k': {
    dataset: gsm8k,
    max_steps: 20,
    warmup_steps: 2,
    learning_rate: 1e-3,
    per_device_batch_size: 4,
    gradient_accumulation_steps: 1,
    eval_examples: 8,
  },
  'healthy-gsm8k-long': { dataset: gsm8k, max_steps: 150, learning_rate: 5e-4, eval_examples: 40, eval_steps: 25 },
  'diverging-0.5': { learning_rate: 0.5 },
  'diverging-0.1': { learning_rate: 0.1 },
  'diverging-0.03': { learning_rate: 0.03 },
  'diverging-0.01': { learning_rate: 0.01 },
  'diverging-full-1': { training_type: 'full', learning_rate: 1, max_grad_norm: 0, warmup_steps: 0 },
  'diverging-0.005': { learning_rate: 0.005, lr_scheduler_type: 'constant', max_steps: 100 },
  'learning-rate-high-full': { learning_rate: 5e-4, training_type: 'full', max_steps: 100 },
  'overfitting-slow': {
    pairs: some(120),
    max_steps: null,
    num_train_epochs: 20,
    learning_rate: 1e-3,
    eval_steps: 20,
  },
  'diverging-late': { learning_rate: 0.02, warmup_steps: 60, max_steps: 80 },
  'not-finite': { learning_rate: 1, max_grad_norm: 0, warmup_steps: 0, lora_alpha: 1e20 },
  'not-decreasing-1e-7': { learning_rate: 1e-7 },
  'not-decreasing-1e-6': { learning_rate: 1e-6, max_steps: 120, eval_steps: 20 },
  'learning-rate-low-5e-6': { learning_rate: 5e-6, max_steps: 100 },
  'learning-rate-low-1e-5': { learning_rate: 1e-5 },
  overfitting: { pairs: some(60), max_steps: null, num_train_epochs: 30, learning_rate: 2e-3 },
  'overfitting-full': {
    pairs: some(100),
    max_steps: null,
    num_train_epochs: 15,
    learning_rate: 5e-4,
    training_type: 'full',
  },
  'zero-loss': {
    pairs: some(20),
    split: { train: 0.5, validation: 0.5, test: 0 },
    max_steps: 150,
    learning_rate: 5e-3,
  },
  'too-few-steps': { max_steps: 8, warmup_steps: 1, learning_rate: 2e-4, eval_steps: 4 },
  forgetting: { learning_rate: 2e-3, retention: true },
  'validation-apart': { pairs: repeated, learning_rate: 1e-3, max_steps: 60 },
};

const short = (value) => Number(Number(value).toPrecision(5));

function record(name, { pairs, ...values }) {
  const folder = path.join(scratch, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dataset = values.dataset === undefined ? path.join(folder, 'pairs.json') : path.join(root, values.dataset);
  if (values.dataset === undefined) writeFileSync(dataset, JSON.stringify(pairs ?? sample));
  const config = {
    model_name: path.join(root, 'examples/tiny-llama'),
    ...common,
    ...values,
    dataset,
    output_dir: 'runs',
  };
  writeFileSync(path.join(folder, 'sft.config.json'), JSON.stringify(config));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      'dist/sft.js',
      'train',
      path.join(folder, 'sft.config.json'),
      '--run',
      path.join(folder, 'run'),
      '--json',
      '--threads',
      '1',
    ],
    // A queue of its own: other runs on this machine neither wait for these nor are waited for.
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, XDG_STATE_HOME: path.join(folder, 'state') },
    },
  );
  const events = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const start = events.find((event) => event.type === 'start');
  const end = events.at(-1);
  if (start === undefined || !['done', 'failed', 'stopped'].includes(end.type)) throw new Error(`${name}: ${stderr}`);
  // A run that ended for another reason than what it is to show, such as a full disk, would be taken for a whole one.
  if (end.type === 'failed' && end.code !== 'not-finite') throw new Error(`${name}: ${end.message}`);
  const steps = events.filter((event) => event.type === 'step');
  const retention = events.find((event) => event.type === 'retention');
  const curves = {
    config: { ...common, ...values, ...(pairs === undefined ? {} : { examples: pairs.length }) },
    total_steps: start.total_steps,
    train_examples: start.train_examples,
    ended: end.type,
    ...(end.type === 'failed' ? { failure: { code: end.code, message: path.basename(end.message) } } : {}),
    ...(retention === undefined ? {} : { retention: { base: short(retention.base), tuned: short(retention.tuned) } }),
    evaluations: events.filter((event) => event.type === 'evaluation').map(({ step, loss }) => [step, short(loss)]),
    loss: steps.map((event) => short(event.loss)),
    learning_rate: steps.map((event) => short(event.learning_rate)),
    grad_norm: steps.map((event) => short(event.grad_norm)),
  };
  writeFileSync(path.join(target, `${name}.json`), `${JSON.stringify(curves)}\n`);
  rmSync(folder, { recursive: true, force: true });
  console.log(`${name}: ${steps.length} steps, ${end.type}, loss ${curves.loss[0]} to ${curves.loss.at(-1)}`);
}

setup();
mkdirSync(target, { recursive: true });
const chosen = process.argv.slice(2);
for (const [name, values] of Object.entries(RUNS)) {
  if (chosen.length > 0 && !chosen.some((part) => name.includes(part))) continue;
  if (values.dataset !== undefined && !existsSync(path.join(root, values.dataset)))
    console.log(`${name}: ${values.dataset} is not there`);
  else record(name, values);
}
