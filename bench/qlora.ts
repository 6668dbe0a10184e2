import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Phase } from './qlora/step';
import { writeRandomShards } from './qlora/random-shards';
import { statusOf } from './export/status-of';
import { SHAPES, type ShapeName } from './train/shapes';

// npm run bench qlora [-- --shape llama-3.1-8b --tokens 256 --threads 2 --folder DIR]: a folder of random bf16 shards (16 GB for 8B) is made
// and removed again; a process of its own reads it, quantises it to NF4 and makes one QLoRA step (r 16, all projections) of 1 x 256. Memory is
// counted as Linux does: the process's own (RssAnon), and pages of mapped files (RssFile), which the system may take back, apart. The time to
// read is that of the same process just before: whether the files then come from the disk or its cache is the same for both.

interface Watched {
  seconds: number;
  /** Seconds of the processor, all threads together. */
  processor: number;
  own: number;
  mapped: number;
  allocated: number;
}

async function watch(args: readonly string[]): Promise<{ phases: Map<string, Watched>; loss: number }> {
  const child = spawn(process.execPath, [path.resolve(__dirname, 'qlora/step.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const phases = new Map<string, Watched>();
  let now: Watched | undefined;
  let started = 0;
  let before = 0;
  let loss = NaN;
  const sample = setInterval(() => {
    if (now === undefined) return;
    now.own = Math.max(now.own, statusOf(child.pid!, 'RssAnon'));
    now.mapped = Math.max(now.mapped, statusOf(child.pid!, 'RssFile'));
  }, 20);
  for await (const line of createInterface({ input: child.stdout })) {
    const phase = JSON.parse(line) as Phase;
    if (now !== undefined) {
      now.seconds = (performance.now() - started) / 1000;
      now.processor = phase.processor - before;
      now.allocated = phase.allocated;
    }
    now = { seconds: 0, processor: 0, own: 0, mapped: 0, allocated: 0 };
    started = performance.now();
    before = phase.processor;
    phases.set(phase.begins, now);
    loss = phase.loss ?? loss;
  }
  clearInterval(sample);
  return { phases, loss };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shape: { type: 'string', default: 'llama-3.1-8b' },
      tokens: { type: 'string', default: '256' },
      threads: { type: 'string', default: '2' },
      folder: { type: 'string', default: path.join(tmpdir(), `sft-bench-qlora-${process.pid}`) },
    },
  });
  if (!(values.shape in SHAPES))
    throw new Error(`no shape ${values.shape}; there are ${Object.keys(SHAPES).join(', ')}`);
  if (existsSync(values.folder)) throw new Error(`${values.folder} exists already`);
  try {
    await writeRandomShards(values.shape as ShapeName, values.folder);
    const { tokens, threads, folder: model } = values;
    const given = Object.entries({ tokens, threads, model }).flatMap(([key, value]) => [`--${key}`, value]);
    const { phases, loss } = await watch(given);
    const [read, quantise, step] = ['read', 'quantise', 'step'].map((name) => phases.get(name)!);
    if (!Number.isFinite(loss)) throw new Error('the step gave no loss');
    const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
    console.log(`${values.shape}, ${threads} threads`);
    const took = (watched: Watched): string =>
      `${watched.seconds.toFixed(1)} s (${watched.processor.toFixed(1)} s of the processor)`;
    console.log(`read ${took(read!)}; quantise ${took(quantise!)}`);
    console.log(`  ${(quantise!.seconds / read!.seconds).toFixed(2)} of the time to read`);
    console.log(
      `  ${gb(quantise!.own)} own at most for ${gb(quantise!.allocated)}, mapped ${gb(quantise!.mapped)} at most`,
    );
    console.log(`step of 1 x ${tokens}: ${took(step!)}, loss ${loss.toFixed(3)}`);
    console.log(`  ${gb(step!.own)} own at most, mapped ${gb(step!.mapped)} at most`);
  } finally {
    rmSync(values.folder, { recursive: true, force: true });
  }
}

void main();
