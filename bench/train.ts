import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseLlamaConfig } from '../src/model/llama-config';
import { benchExamples, GSM8K_LENGTHS, type BenchLengths } from './train/examples';
import type { Compared } from './train/in-4bit';
import { pythonWithPeft } from './train/python';
import { randomModel } from './train/random-model';
import { measurePeak, operations } from './train/roof';
import { SHAPES, type ShapeName } from './train/shapes';

// npm run bench train [-- --shape smollm2-135m,llama-3.2-1b --batch 4 --steps 6]: LoRA r 16 on all seven projections, fp32, the same
// examples in this engine and, where a Python with them is found, in PyTorch + PEFT; each in a process of its own, two threads each.
// --load-in-4bit: instead, the same steps with weights in bf16 and with those of the layers in NF4, by turns; the ratio is the pairs' median.
// --accumulate 4: as many batches make an update, as gradient_accumulation_steps has it; PyTorch pads each by itself.
// --prefix 24 --question 20 --answer 40: examples that begin alike, as the sample's do; tokens/s are of the examples as they are.

interface Side {
  readonly tokens: number;
  readonly trained_tokens: number;
  readonly seconds: number;
  readonly tokens_per_second: number;
  readonly trained_tokens_per_second: number;
  readonly peak_rss_bytes: number;
  readonly loss_first: number;
  readonly device?: string;
  readonly torch?: string;
  readonly peft?: string;
}

interface BenchOptions {
  readonly batch: number;
  /** Batches of an update. */
  readonly accumulate: number;
  readonly steps: number;
  readonly threads: number;
  readonly isa: string | undefined;
  readonly lengths: BenchLengths;
}

function runProcess(command: string, args: readonly string[]): unknown {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${result.stderr}`);
  return JSON.parse(result.stdout.trim().split('\n').at(-1)!) as unknown;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** bf16 and 4 bits, in one process. */
async function compareIn4Bit(shape: ShapeName, { batch, steps, threads, isa, lengths }: BenchOptions): Promise<void> {
  const model = await randomModel(shape, 'BF16');
  const examples = benchExamples(batch * (steps + 1), SHAPES[shape].vocab_size, lengths);
  const file = path.resolve('.cache/bench', `examples-${shape}.json`);
  writeFileSync(file, JSON.stringify(examples));
  const numbers = { batch, steps, threads };
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  args.push('--model', model, '--examples', file, ...(isa === undefined ? [] : ['--isa', isa]));
  const program = path.resolve(__dirname, 'train/in-4bit.js');
  const compared = runProcess(process.execPath, [program, ...args]) as Compared;
  const { as_stored: stored, in_4bit: in4bit, tokens } = compared;
  const rate = (seconds: readonly number[]): string => median(seconds.map((s, i) => tokens[i]! / s)).toFixed(1);
  console.log(`\n${shape}: batch ${batch}, ${steps} steps of each, ${threads} threads; medians`);
  console.log(`bf16   ${rate(stored)} tokens/s`);
  console.log(`4 bits ${rate(in4bit)} tokens/s, ${median(stored.map((s, i) => s / in4bit[i]!)).toFixed(3)} of that`);
}

async function benchShape(
  shape: ShapeName,
  { batch, accumulate, steps, threads, isa, lengths }: BenchOptions,
): Promise<void> {
  const config = parseLlamaConfig(SHAPES[shape], 'config.json');
  const model = await randomModel(shape);
  const update = batch * accumulate;
  const examples = benchExamples(update * (steps + 1), config.vocabSize, lengths);
  const file = path.resolve('.cache/bench', `examples-${shape}.json`);
  writeFileSync(file, JSON.stringify(examples));
  const timed = examples.slice(update);
  const mean = timed.reduce((sum, e) => sum + e.ids.length, 0) / timed.length;
  console.log(
    `\n${shape}: batch ${batch} x ${accumulate}, ${steps} steps, mean length ${mean.toFixed(0)}, ${threads} threads`,
  );

  const common = [
    '--model',
    model,
    '--examples',
    file,
    '--batch',
    String(update),
    '--steps',
    String(steps),
    '--threads',
    String(threads),
  ];
  const peak = measurePeak(threads);
  const engine = [path.resolve(__dirname, 'train/engine.js'), ...common, ...(isa === undefined ? [] : ['--isa', isa])];
  const ours = runProcess(process.execPath, engine) as Side;
  const work = operations(config, timed);
  const rows: [string, Side][] = [['this engine', ours]];
  if (lengths.prefix > 0)
    rows.push(['this engine, sharing nothing', runProcess(process.execPath, [...engine, '--apart']) as Side]);
  const interpreter = pythonWithPeft();
  if (interpreter === undefined) {
    console.log('no Python with torch, transformers and peft (set SFT_BENCH_PYTHON): this engine alone');
  } else {
    for (const mode of ['padded', 'unpadded'] as const) {
      const side = runProcess(interpreter, [
        'bench/reference/train_peft.py',
        '--shape',
        shape,
        '--mode',
        mode,
        '--json',
        ...common,
        '--accumulate',
        String(accumulate),
      ]) as Side;
      rows.push([`PyTorch ${side.torch} + PEFT ${side.peft}, ${mode}`, side]);
    }
    // Measured again at the end: on a shared machine the first and the last minute differ.
    rows.push(['this engine, again', runProcess(process.execPath, engine) as Side]);
  }
  const after = measurePeak(threads);
  console.log(
    `${ours.device}; measured fp32 peak ${peak?.toFixed(0) ?? '?'} GFLOP/s before, ${after?.toFixed(0) ?? '?'} after`,
  );
  console.log(['', 'tokens/s', 'trained/s', 'peak GB', 'GFLOP/s', 'share of peak', 'first loss'].join('\t'));
  for (const [name, side] of rows) {
    const rate = work / side.seconds / 1e9;
    const best = Math.max(peak ?? NaN, after ?? NaN);
    console.log(
      [
        name,
        side.tokens_per_second.toFixed(1),
        side.trained_tokens_per_second.toFixed(1),
        (side.peak_rss_bytes / 1e9).toFixed(2),
        rate.toFixed(0),
        Number.isNaN(best) ? '?' : `${((100 * rate) / best).toFixed(0)}%`,
        side.loss_first.toFixed(4),
      ].join('\t'),
    );
  }
  const own = rows.filter(([name]) => name === 'this engine' || name === 'this engine, again');
  const slower = Math.min(...own.map(([, side]) => side.tokens_per_second));
  for (const [name, side] of rows.filter((row) => !own.includes(row))) {
    console.log(`ratio to ${name}: ${(slower / side.tokens_per_second).toFixed(2)} (the slower of this engine's runs)`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shape: { type: 'string', default: 'smollm2-135m' },
      batch: { type: 'string', default: '4' },
      accumulate: { type: 'string', default: '1' },
      steps: { type: 'string', default: '6' },
      threads: { type: 'string', default: '2' },
      isa: { type: 'string' },
      'load-in-4bit': { type: 'boolean', default: false },
      prefix: { type: 'string', default: String(GSM8K_LENGTHS.prefix) },
      question: { type: 'string', default: String(GSM8K_LENGTHS.question) },
      answer: { type: 'string', default: String(GSM8K_LENGTHS.answer) },
    },
  });
  mkdirSync('.cache/bench', { recursive: true });
  for (const shape of values.shape.split(',')) {
    if (!(shape in SHAPES)) throw new Error(`no shape ${shape}; there are ${Object.keys(SHAPES).join(', ')}`);
    const options = {
      batch: Number(values.batch),
      accumulate: Number(values.accumulate),
      steps: Number(values.steps),
      threads: Number(values.threads),
      isa: values.isa,
      lengths: { prefix: Number(values.prefix), question: Number(values.question), answer: Number(values.answer) },
    };
    if (values['load-in-4bit']) await compareIn4Bit(shape as ShapeName, options);
    else await benchShape(shape as ShapeName, options);
  }
}

void main();
