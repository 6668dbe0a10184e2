import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chatModel, longExamples } from './train/chat-model';

// npm run bench forecast [-- --only full --cpu --model DIR]: what `sft estimate` says a run will take, against the time from its start to its
// end, each in a process of its own. Five runs: the example model, and SmolLM2-135M's shape with random weights (or the model of --model, of
// the example's vocabulary) with an adapter, in 4 bits, as a whole, and with long examples. --cpu takes the time that the processor worked, with one thread, for a
// machine that others use.

interface Case {
  readonly name: string;
  readonly model: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Told {
  readonly time: { readonly seconds: number; readonly parts: Readonly<Record<string, number>> };
}

function main(model135: string, cpu: boolean, only: string): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-bench-forecast-'));
  const [medium, long] = ['medium.json', 'long.json'].map((name) => path.join(folder, name));
  longExamples(medium!, 4);
  longExamples(long!, 16);
  const large = {
    dataset: medium,
    max_steps: 10,
    warmup_steps: 0,
    per_device_batch_size: 4,
    gradient_accumulation_steps: 1,
    max_new_tokens: 32,
    eval_steps: 5,
    save_steps: 5,
  };
  const cases: readonly Case[] = [
    {
      name: 'example model, LoRA, an epoch',
      model: path.resolve('examples/tiny-llama'),
      values: { dataset: path.resolve('examples/nigeria-services.json'), num_train_epochs: 1 },
    },
    { name: '135M, LoRA', model: model135, values: large },
    {
      name: '135M, 4 bits, adamw_8bit',
      model: model135,
      values: { ...large, load_in_4bit: true, optim: 'adamw_8bit' },
    },
    { name: '135M, full', model: model135, values: { ...large, training_type: 'full', save_steps: null } },
    {
      name: '135M, long, checkpointing',
      model: model135,
      values: { ...large, dataset: long, max_steps: 4, per_device_batch_size: 2, gradient_checkpointing: true },
    },
  ];
  const seconds = path.join(folder, 'seconds');
  const env = {
    ...process.env,
    SFT_SECONDS_FILE: seconds,
    // A queue of its own: another run on this machine would only be waited for.
    XDG_STATE_HOME: path.join(folder, 'state'),
    ...(cpu ? { SFT_CLOCK: 'cpu', SFT_THREADS: '1' } : {}),
  };
  const sft = (...args: readonly string[]): string => {
    const preload = ['--require', path.resolve('bench/forecast/clock.cjs')];
    const options = { encoding: 'utf8', env, maxBuffer: 1 << 26 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [...preload, 'dist/sft.js', ...args], options);
    if (status !== 0) throw new Error(`sft ${args.join(' ')}\n${stderr}`);
    return stdout;
  };
  console.log(['', 'estimate s', 'forecast s', 'taken s', 'forecast / taken'].join('\t'));
  try {
    for (const { name, model, values } of cases.filter((one) => one.name.includes(only))) {
      const config = path.join(folder, 'sft.config.json');
      const threads = cpu ? { threads: 1 } : {};
      writeFileSync(
        config,
        JSON.stringify({ model_name: model, output_dir: path.join(folder, 'runs'), ...threads, ...values }),
      );
      const { time } = JSON.parse(sft('estimate', config, '--json')) as Told;
      const measuring = Number(readFileSync(seconds, 'utf8'));
      sft('train', config, '--json');
      const taken = Number(readFileSync(seconds, 'utf8'));
      const row = [measuring.toFixed(1), time.seconds.toFixed(1), taken.toFixed(1), (time.seconds / taken).toFixed(2)];
      console.log([name, ...row].join('\t'));
      console.log(`  ${partsText(time.parts)}`);
      rmSync(path.join(folder, 'runs'), { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function partsText(parts: Readonly<Record<string, number>>): string {
  return Object.entries(parts)
    .map(([part, seconds]) => `${part} ${seconds.toFixed(1)} s`)
    .join(', ');
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    cpu: { type: 'boolean', default: false },
    model: { type: 'string' },
  },
});
void (values.model === undefined ? chatModel('smollm2-135m') : Promise.resolve(path.resolve(values.model))).then(
  (model) => {
    main(model, values.cpu, values.only);
  },
);
