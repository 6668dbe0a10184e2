// npm run bench tokenize: encoding and counting of tokens, ours against @huggingface/tokenizers and, where a Python with
// `tokenizers` is found ($SFT_BENCH_PYTHON, else python3), the Rust library. One run, one thread each, the same texts.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { createCounter } from '../src/text/count';
import { loadTokenizer } from '../src/text/tokenizer';

interface Row {
  readonly name: string;
  readonly tokens: number;
  readonly seconds: number;
}

const SHARED = path.join('..', 'shared', 'data');

/** Reads the texts as a JSON array and the tokenizer's path; prints one JSON row per measurement. */
const PYTHON = `
import json, sys, time
from tokenizers import Tokenizer
texts = json.load(sys.stdin)
tokenizer = Tokenizer.from_file(sys.argv[1])
for name in ("Rust tokenizers encode, first pass", "Rust tokenizers encode, again"):
    start = time.perf_counter()
    tokens = sum(len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts)
    print(json.dumps({"name": name, "tokens": tokens, "seconds": time.perf_counter() - start}))
`;

function readTexts(): { readonly texts: readonly string[]; readonly source: string } {
  const file = path.join(SHARED, 'gsm8k', 'train.jsonl');
  if (!existsSync(file)) return { texts: generateTexts(4000), source: 'generated text' };
  const texts = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { question, answer } = JSON.parse(line) as { question: string; answer: string };
      return [question, answer];
    });
  return { texts, source: 'gsm8k' };
}

/** Sentences of seeded words with a long tail, as natural text has it. */
function generateTexts(count: number): string[] {
  let state = 12345;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const syllables = ['ka', 'to', 'mi', 'ren', 'sol', 'pa', 'ing', 'er', 'the', 'un', 'os', 'bel'];
  const words = Array.from({ length: 5000 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, () => syllables[Math.floor(random() * syllables.length)]).join(
      '',
    ),
  );
  const sentence = (): string =>
    Array.from({ length: 50 }, () => words[Math.floor(random() ** 3 * words.length)]).join(' ') +
    `, ${Math.floor(random() * 1000)}.`;
  return Array.from({ length: count }, sentence);
}

function measure(name: string, texts: readonly string[], count: (text: string) => number): Row {
  const start = performance.now();
  let tokens = 0;
  for (const text of texts) tokens += count(text);
  return { name, tokens, seconds: (performance.now() - start) / 1000 };
}

function measureRust(texts: readonly string[], file: string): readonly Row[] {
  const python = process.env['SFT_BENCH_PYTHON'] || 'python3';
  const result = spawnSync(python, ['-c', PYTHON, file], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    env: { ...process.env, TOKENIZERS_PARALLELISM: 'false' },
  });
  if (result.status !== 0) {
    console.log(`the Rust library was not measured: ${python} has no \`tokenizers\` (set SFT_BENCH_PYTHON)`);
    return [];
  }
  return result.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

async function main(): Promise<void> {
  const gpt2 = path.join(SHARED, 'tokenizers', 'gpt2');
  const folder = existsSync(gpt2) ? gpt2 : path.join('test', 'reference', 'text', 'tokenizers', 'llama-3');
  const file = path.join(folder, 'tokenizer.json');
  const { texts, source } = readTexts();
  const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
  console.log(
    `${source}: ${texts.length} texts, ${megabytes.toFixed(2)} MB; ${path.basename(folder)}; ${cpus()[0]?.model ?? 'unknown CPU'}`,
  );

  const loadStart = performance.now();
  const tokenizer = await loadTokenizer(folder);
  console.log(`load: ours ${(performance.now() - loadStart).toFixed(0)} ms`);
  const packageStart = performance.now();
  const theirs = new Tokenizer(JSON.parse(readFileSync(file, 'utf8')) as object, {});
  console.log(`load: @huggingface/tokenizers ${(performance.now() - packageStart).toFixed(0)} ms`);

  const packageEncode = (text: string): number => theirs.encode(text, { add_special_tokens: false }).ids.length;
  const baseline = measure('@huggingface/tokenizers encode', texts, packageEncode);
  const counter = createCounter(await loadTokenizer(folder));
  const rows = [
    baseline,
    measure('@huggingface/tokenizers encode, again', texts, packageEncode),
    measure('encode, first pass', texts, (text) => tokenizer.encode(text).length),
    measure('encode, again', texts, (text) => tokenizer.encode(text).length),
    measure('count, first pass', texts, (text) => counter.count(text)),
    measure('count, again', texts, (text) => counter.count(text)),
    ...measureRust(texts, file),
  ];
  for (const { name, seconds } of rows) {
    const speed = `${(megabytes / seconds).toFixed(2)} MB/s`;
    console.log(`${name.padEnd(40)} ${speed.padStart(11)}  ${(baseline.seconds / seconds).toFixed(1).padStart(6)} x`);
  }
  const different = rows.filter((row) => row.tokens !== baseline.tokens);
  for (const row of different) console.log(`${row.name} found ${row.tokens} tokens, not ${baseline.tokens}`);
  if (different.length > 0) process.exitCode = 1;
}

void main();
