import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { MemoryEstimate } from '../src/train/estimate';
import { chatModel, longExamples } from './train/chat-model';

// npm run bench estimate [-- --only tiny]: what `sft estimate` says a run will need, against the peak of the resident memory of that run,
// each in a process of its own: the example model, and SmolLM2-135M's shape with random weights on examples of about 220 tokens.

interface Case {
  readonly name: string;
  readonly model: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Estimated extends MemoryEstimate {
  readonly available: number;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv, preload: readonly string[] = []): string {
  const options = { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 26 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...preload, 'dist/sft.js', ...args], options);
  if (status !== 0) throw new Error(`sft ${args.join(' ')}\n${stderr}`);
  return stdout;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-bench-estimate-'));
  const long = path.join(folder, 'long.json');
  longExamples(long, 4);
  const large = {
    dataset: long,
    max_steps: 2,
    warmup_steps: 0,
    per_device_batch_size: 4,
    gradient_accumulation_steps: 1,
    max_new_tokens: 8,
    eval_examples: 4,
    save_steps: 1,
  };
  const tiny = path.resolve('examples/tiny-llama');
  const example = { dataset: path.resolve('examples/nigeria-services.json'), max_new_tokens: 96, max_steps: 10 };
  const model135 = await chatModel('smollm2-135m');
  const cases: Case[] = [
    { name: 'example model, lora', model: tiny, values: example },
    { name: 'example model, full', model: tiny, values: { ...example, training_type: 'full' } },
    { name: '135M, lora', model: model135, values: large },
    { name: '135M, lora, checkpointing', model: model135, values: { ...large, gradient_checkpointing: true } },
    { name: '135M, full', model: model135, values: { ...large, training_type: 'full' } },
    {
      name: '135M, full, checkpointing',
      model: model135,
      values: { ...large, training_type: 'full', gradient_checkpointing: true },
    },
  ];
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  console.log(['', 'tokens', 'estimate MB', 'measured MB', 'estimate / measured'].join('\t'));
  try {
    for (const { name, model, values: own } of cases.filter((entry) => entry.name.includes(values.only))) {
      const config = path.join(folder, 'sft.config.json');
      writeFileSync(config, JSON.stringify({ model_name: model, output_dir: path.join(folder, 'runs'), ...own }));
      const estimate = JSON.parse(run(['estimate', config, '--memory', '--json'], {})) as Estimated;
      const peakFile = path.join(folder, 'peak');
      // A queue of its own: another run on this machine would only be waited for.
      const env = { SFT_PEAK_FILE: peakFile, XDG_STATE_HOME: path.join(folder, 'state') };
      run(['train', config, '--json'], env, ['--require', path.resolve('bench/estimate/report-peak.cjs')]);
      const measured = Number(readFileSync(peakFile, 'utf8'));
      const ratio = (estimate.peak / measured).toFixed(2);
      console.log([name, estimate.tokens, megabytes(estimate.peak), megabytes(measured), ratio].join('\t'));
      const parts = (Object.entries(estimate.parts) as [string, number][]).map(
        ([part, bytes]) => `${part} ${megabytes(bytes)}`,
      );
      console.log(`  ${parts.join(', ')}`);
      rmSync(path.join(folder, 'runs'), { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
