import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readLlamaConfig } from '../src/model/llama-config';
import { readSafetensorsHeader, writeSafetensors } from '../src/base/safetensors';
import { expectedTensors } from '../src/model/weights';
import { toBf16, writeRandomGguf, type GgufPrecision } from './serve/gguf';
import { CHATS, NEW_TOKENS, type Side } from './serve/work';
import { randomModel } from './train/random-model';
import type { ShapeName } from './train/shapes';

// npm run bench serve [-- --precision f32,bf16 --threads 2]: decoding of one chat and of eight, and reading of prompts, by `sft serve` over
// HTTP, beside llama.cpp with the same weights (random, SmolLM2-135M's shape) in the same precision, one after the other.

const LLAMA = path.resolve('.cache/bench/llama');
const VERSION = '3.22.1';

/** node-llama-cpp with its prebuilt binary for this platform, in a folder of its own; undefined where it cannot be had. */
function llamaPackage(): string | undefined {
  const binary = `@node-llama-cpp/${process.platform === 'darwin' ? 'mac' : process.platform === 'win32' ? 'win' : 'linux'}-${process.arch}`;
  const folder = path.join(LLAMA, 'node_modules/node-llama-cpp');
  if (existsSync(folder) && existsSync(path.join(LLAMA, 'node_modules', binary))) return folder;
  mkdirSync(LLAMA, { recursive: true });
  writeFileSync(path.join(LLAMA, 'package.json'), '{ "private": true }\n');
  // Its optional packages hold binaries for GPUs as well, 500 MB of them: the one for processors is asked for by name.
  const npm = ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  for (const name of ['node-llama-cpp', binary]) {
    const { status } = spawnSync('npm', [...npm, `${name}@${VERSION}`], {
      cwd: LLAMA,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) return undefined;
  }
  return folder;
}

/** The random model in a precision, with the tokenizer of the example model: prompts are token ids and its text does not matter. */
async function servedModel(source: string, precision: GgufPrecision): Promise<string> {
  const folder = path.resolve('.cache/bench', `serve-${precision}`);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    symlinkSync(path.resolve('examples/tiny-llama', name), path.join(temporary, name));
  }
  symlinkSync(path.join(source, 'config.json'), path.join(temporary, 'config.json'));
  // No token ends an answer: all have the same length.
  writeFileSync(path.join(temporary, 'generation_config.json'), JSON.stringify({ eos_token_id: 0 }));
  const read = readerOf(source);
  if (precision === 'f32')
    symlinkSync(path.join(source, 'model.safetensors'), path.join(temporary, 'model.safetensors'));
  else {
    const tensors = [...expectedTensors(readLlamaConfig(source))].map(([name, shape]) => ({
      name,
      shape,
      dtype: 'BF16' as const,
      read: () => Promise.resolve(new Uint8Array(toBf16(read(name)).buffer)),
    }));
    await writeSafetensors(path.join(temporary, 'model.safetensors'), tensors);
  }
  renameSync(temporary, folder);
  return folder;
}

async function ggufModel(source: string, precision: GgufPrecision): Promise<string> {
  const file = path.resolve('.cache/bench', `serve-${precision}.gguf`);
  if (existsSync(file)) return file;
  const config = readLlamaConfig(source);
  await writeRandomGguf(`${file}.tmp`, config, precision, expectedTensors(config), readerOf(source));
  renameSync(`${file}.tmp`, file);
  return file;
}

/** Values of the tensors of an fp32 model. */
function readerOf(source: string): (name: string) => Float32Array {
  const file = path.join(source, 'model.safetensors');
  const { tensors } = readSafetensorsHeader(file);
  const bytes = readFileSync(file);
  return (name) => {
    const { byteOffset, byteLength } = tensors.get(name)!;
    return new Float32Array(new Uint8Array(bytes.subarray(byteOffset, byteOffset + byteLength)).buffer);
  };
}

function runSide(script: string, args: readonly string[]): Side {
  const result = spawnSync(process.execPath, [path.resolve(__dirname, 'serve', script), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (result.status !== 0) throw new Error(`${script}\n${result.stderr}`);
  return JSON.parse(result.stdout.trim().split('\n').at(-1)!) as Side;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shape: { type: 'string', default: 'smollm2-135m' },
      precision: { type: 'string', default: 'f32,bf16' },
      threads: { type: 'string', default: '2' },
    },
  });
  mkdirSync('.cache/bench', { recursive: true });
  const source = await randomModel(values.shape as ShapeName);
  const config = readLlamaConfig(source);
  const llama = llamaPackage();
  const common = ['--vocabulary', String(config.vocabSize), '--threads', values.threads];
  for (const precision of values.precision.split(',') as GgufPrecision[]) {
    const model = await servedModel(source, precision);
    const ours = ['--model', model, ...common];
    const sides = [runSide('ours.js', ours)];
    if (llama === undefined) console.log('node-llama-cpp cannot be installed: this engine alone');
    else {
      const gguf = await ggufModel(source, precision);
      sides.push(runSide('llama.js', ['--package', llama, '--model', gguf, ...common]));
      // Measured again at the end: on a shared machine the first and the last minute differ.
      sides.push(runSide('ours.js', ours));
    }
    const weights = [...expectedTensors(config).values()].reduce(
      (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    );
    const bytes = weights * (precision === 'f32' ? 4 : 2);
    console.log(`\n${values.shape}, ${precision} weights (${(bytes / 1e6).toFixed(0)} MB), ${values.threads} threads`);
    console.log(['tokens/s', 'one chat', 'weights GB/s', `${CHATS} chats`, 'prompt'].join('\t'));
    for (const side of sides) {
      const numbers = [side.one, (side.one * bytes) / 1e9, side.many, side.prompt].map((n) => n.toFixed(1));
      console.log([side.name, ...numbers].join('\t'));
    }
    const [first, other, again] = sides;
    if (first === undefined || other === undefined || again === undefined) continue;
    const ratio = (pick: (side: Side) => number): string =>
      [first, again].map((side) => (pick(side) / pick(other)).toFixed(2)).join(' and ');
    console.log(
      `ratios: one chat ${ratio((s) => s.one)}, ${CHATS} chats ${ratio((s) => s.many)}, prompt ${ratio((s) => s.prompt)}`,
    );
    const same = first.tokens.findIndex((id, i) => id !== other.tokens[i]);
    console.log(`greedy tokens that are the same: ${same < 0 ? NEW_TOKENS : same} of ${NEW_TOKENS}`);
  }
}

void main();
