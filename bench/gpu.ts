import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benchExamples } from './train/examples';
import { pythonWithPeft } from './train/python';
import { randomModel } from './train/random-model';
import { SHAPES, type ShapeName } from './train/shapes';

// npm run bench gpu [-- --shape llama-3.2-1b,llama-3.1-8b --device cuda --batch 8 --length 512 --steps 5]: LoRA r 16 on all seven projections
// over weights in bf16 and in 4 bits, the same examples on the same card in this engine and, where a Python with them is found, in PyTorch +
// PEFT; each in a process of its own. Memory is what nvidia-smi says that the card uses beside what it used before.

interface Side {
  /** The device, or undefined of PyTorch. */
  readonly name?: string;
  readonly torch?: string;
  readonly peft?: string;
  readonly tokens_per_second: number;
  readonly loss_first: number;
}

/** Bytes that the card uses; undefined where nvidia-smi does not say. */
function cardMemory(): number | undefined {
  const words = ['--query-gpu=memory.used', '--format=csv,noheader,nounits'];
  const { status, stdout } = spawnSync('nvidia-smi', words, { encoding: 'utf8' });
  return status === 0 ? Number(stdout.split('\n')[0]) * 2 ** 20 : undefined;
}

/** Runs a side to its end. @returns undefined where it fails: what it printed is shown, and the others go on */
async function run(
  command: string,
  args: readonly string[],
): Promise<{ side: Side; peak: number | undefined } | undefined> {
  const before = cardMemory();
  let peak = 0;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const timer = setInterval(() => {
    peak = Math.max(peak, (cardMemory() ?? 0) - (before ?? 0));
  }, 250);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(timer);
  if (code !== 0) {
    console.log(`failed with code ${code}: ${command} ${args.join(' ')}`);
    return undefined;
  }
  return { side: JSON.parse(out.trim().split('\n').at(-1)!) as Side, peak: before === undefined ? undefined : peak };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shape: { type: 'string', default: 'llama-3.2-1b,llama-3.1-8b' },
      device: { type: 'string', default: 'cuda' },
      batch: { type: 'string', default: '8' },
      length: { type: 'string', default: '512' },
      steps: { type: 'string', default: '5' },
    },
  });
  mkdirSync('.cache/bench', { recursive: true });
  const python = pythonWithPeft();
  if (python === undefined)
    console.log('no Python with torch, transformers and peft (set SFT_BENCH_PYTHON): this engine alone');
  const [batch, steps, length] = [values.batch, values.steps, values.length].map(Number) as [number, number, number];
  for (const shape of values.shape.split(',')) {
    if (!(shape in SHAPES)) throw new Error(`no shape ${shape}; there are ${Object.keys(SHAPES).join(', ')}`);
    const { vocab_size: vocabulary } = SHAPES[shape as ShapeName];
    const model = await randomModel(shape as ShapeName, 'BF16');
    const half = length >> 1;
    const examples = benchExamples(batch * (steps + 1), vocabulary, { prefix: 0, question: half, answer: half });
    const file = path.resolve('.cache/bench', `gpu-examples-${shape}.json`);
    writeFileSync(file, JSON.stringify(examples));
    const given = ['--device', values.device, '--model', model, '--examples', file, '--batch', values.batch];
    given.push('--steps', values.steps);
    const engine = ['--enable-source-maps', path.resolve(__dirname, 'gpu/engine.js'), ...given];
    const peft = ['bench/reference/train_peft.py', '--shape', shape, '--mode', 'padded', '--json', ...given];
    console.log(`\n${shape}: batch ${batch} of about ${length} tokens, ${steps} steps`);
    console.log(['tokens/s', 'GB', 'first loss', ''].join('\t'));
    for (const form of ['bf16', '4 bits']) {
      const in4bit = form === 'bf16' ? [] : ['--load-in-4bit'];
      const sides = [
        await run(process.execPath, [...engine, ...in4bit]),
        python === undefined ? undefined : await run(python, [...peft, ...in4bit]),
      ];
      for (const found of sides) {
        if (found === undefined) continue;
        const { side, peak } = found;
        const name = side.name ?? `PyTorch ${side.torch} + PEFT ${side.peft}`;
        const memory = peak === undefined ? '?' : (peak / 1e9).toFixed(2);
        console.log(
          [side.tokens_per_second.toFixed(0), memory, side.loss_first.toFixed(4), `${form}, ${name}`].join('\t'),
        );
      }
      const [ours, theirs] = sides;
      if (ours === undefined || theirs === undefined) continue;
      const speed = (ours.side.tokens_per_second / theirs.side.tokens_per_second).toFixed(2);
      const memory =
        ours.peak === undefined || theirs.peak === undefined
          ? ''
          : `, ${(ours.peak / theirs.peak).toFixed(2)} of its memory`;
      console.log(`${form}: ${speed} of PyTorch's tokens/s${memory}`);
    }
  }
}

void main();
