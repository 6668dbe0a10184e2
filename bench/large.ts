// npm run bench large [-- --rows N --model DIR]: a JSONL file of 500,000 examples (325 MB) through `sft validate`, `sft count` and `sft train` up
// to its first step, without the cache of tokens and from it: seconds by the clock and the most memory of its own (Linux).
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { curatedExamples } from './data/generated-examples';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '500000' },
    model: { type: 'string', default: path.resolve('examples/tiny-llama') },
  },
});
/** Rows that differ in all but one word. */
const DISTINCT = 10_000;
const SFT = path.resolve('dist/sft.js');

const folder = mkdtempSync(path.join(tmpdir(), 'sft-bench-large-'));
const data = path.join(folder, 'rows.jsonl');
const cache = path.join(folder, 'cache');
const env = { ...process.env, XDG_CACHE_HOME: cache, XDG_STATE_HOME: path.join(folder, 'state') };

/** Each round of the same questions has its number in them, and its answers begin with another word. */
function writeRows(count: number): void {
  const rows = curatedExamples(DISTINCT).filter(({ answer }) => answer !== '');
  const out = openSync(data, 'w');
  for (let written = 0, round = 0; written < count; round++) {
    const some = rows.slice(0, count - written);
    const lines = some.map((row, i) => {
      const words = row['answer']!.split(' ');
      const from = round % words.length;
      const answer = [...words.slice(from), ...words.slice(0, from), `${round} times.`].join(' ');
      return `${JSON.stringify({ ...row, question: `${round}-${i} ${row['question']!}`, answer })}\n`;
    });
    writeSync(out, lines.join(''));
    written += some.length;
  }
  closeSync(out);
}

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Memory of its own that a process has now, in MB; weights that are mapped from their files are not in it. */
function memoryOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}

/** Runs `sft`. @param until an event; the process is ended when `ready` holds after it @returns what was measured when each event came first, and at the end */
async function measure(args: readonly string[], until?: string, ready?: () => boolean): Promise<Map<string, Measured>> {
  const start = performance.now();
  const child = spawn(process.execPath, [SFT, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const at = new Map<string, Measured>();
  let megabytes = 0;
  const now = (): Measured => ({ seconds: (performance.now() - start) / 1000, megabytes });
  const watch = setInterval(() => {
    megabytes = Math.max(megabytes, memoryOf(child.pid));
    if (until !== undefined && at.has(until) && ready?.() !== false) child.kill('SIGKILL');
  }, 50);
  for await (const line of createInterface({ input: child.stdout })) {
    if (until === undefined) continue;
    const { type } = JSON.parse(line) as { readonly type: string };
    if (!at.has(type)) at.set(type, now());
  }
  clearInterval(watch);
  at.set('end', now());
  return at;
}

function line(name: string, { seconds, megabytes }: Measured): void {
  console.log(`${name.padEnd(66)} ${seconds.toFixed(1).padStart(6)} s  ${megabytes.toFixed(0).padStart(6)} MB`);
}

/** Whether the cache holds a whole file. */
function isKept(): boolean {
  const tokens = path.join(cache, 'sft-workbench/tokens');
  return existsSync(tokens) && readdirSync(tokens).some((name) => !name.endsWith('.partial'));
}

async function main(): Promise<void> {
  writeRows(Number(values.rows));
  const config = path.join(folder, 'sft.config.json');
  const steps = { max_steps: 2, per_device_batch_size: 2, gradient_accumulation_steps: 4 };
  const nothingElse = { sample_prompts: [], loss_examples: 0, eval_steps: null, save_steps: null };
  writeFileSync(config, JSON.stringify({ model_name: values.model, dataset: data, ...steps, ...nothingElse }));
  console.log(
    `${values.rows} examples, ${path.basename(values.model)}; ${cpus().length} x ${cpus()[0]?.model ?? ''}, load ${loadavg()[0]!.toFixed(1)}\n`,
  );
  line('sft validate', (await measure(['validate', data])).get('end')!);
  line('sft count', (await measure(['count', data, '--model', values.model])).get('end')!);
  for (const from of ['nothing kept', 'from the cache']) {
    const at = await measure(['train', config, '--json'], 'step', isKept);
    for (const [event, name] of [
      ['start', 'the data and the weights are read'],
      ['step', 'the first step is done'],
    ] as const) {
      line(`sft train, ${from}: ${name}`, at.get(event)!);
    }
  }
}

void main().finally(() => {
  rmSync(folder, { recursive: true });
});
