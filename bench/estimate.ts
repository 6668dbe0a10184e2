import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { MemoryEstimate } from '../src/train/estimate';
import { randomModel } from './train/random-model';

// npm run bench estimate [-- --only tiny]: what `sft estimate` says a run will need, against the peak of the resident memory of that run,
// each in a process of its own: the example model, and SmolLM2-135M's shape with random weights on examples of about 220 tokens.

const TOKENIZER = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja'];

interface Case {
  readonly name: string;
  readonly model: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Estimated extends MemoryEstimate {
  readonly available: number;
}

interface Pair {
  readonly question: string;
  readonly answer: string;
}

/** The random model with the example's tokenizer, whose ids it has. */
async function largeModel(): Promise<string> {
  const weights = await randomModel('smollm2-135m');
  const folder = `${weights}-chat`;
  mkdirSync(folder, { recursive: true });
  for (const file of ['config.json', 'model.safetensors']) {
    if (!existsSync(path.join(folder, file))) linkSync(path.join(weights, file), path.join(folder, file));
  }
  for (const file of TOKENIZER) {
    const source = path.join('examples/tiny-llama', file);
    if (existsSync(source)) cpSync(source, path.join(folder, file));
  }
  return folder;
}

/** Each question with the answers of the four examples from it on: about 220 tokens together. */
function longExamples(file: string): void {
  const pairs = JSON.parse(readFileSync('examples/nigeria-services.json', 'utf8')) as Pair[];
  const long = pairs.slice(0, 80).map(({ question }, i) => ({
    question,
    answer: pairs
      .slice(i, i + 4)
      .map((pair) => pair.answer)
      .join(' '),
  }));
  writeFileSync(file, JSON.stringify(long));
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
  longExamples(long);
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
  const model135 = await largeModel();
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
      const estimate = JSON.parse(run(['estimate', config, '--json'], {})) as Estimated;
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
