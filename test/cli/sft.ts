import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';

// A queue of this test file's own: the person's runs, and other tests', are not waited for.
process.env['XDG_STATE_HOME'] = temporaryFolder();

export const SFT = path.resolve('dist/sft.js');
export const MODEL = path.resolve('examples/tiny-llama');
export const DATA = path.resolve('examples/nigeria-services.json');

/** A folder of this test file's own, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-cli-'));
  after(() => {
    // On Windows a process that was ended may still have its files open.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `sft` to its end. */
export function sft(args: readonly string[], input = ''): Finished {
  const result = spawnSync(process.execPath, [SFT, ...args], { encoding: 'utf8', input, maxBuffer: 1 << 26 });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

export type Line = Readonly<Record<string, unknown>> & { readonly type: string };

/** Runs `sft ... --json` and hands each line of its output over as it comes. */
export async function follow(
  args: readonly string[],
  onLine: (line: Line, signal: (name: NodeJS.Signals) => void) => void,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; lines: Line[]; err: string }> {
  const child = spawn(process.execPath, [SFT, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  const lines: Line[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    onLine(line, (name) => child.kill(name));
  }
  return { ...(await ended), lines, err };
}

/** The first `count` examples of the sample data as a file. */
export function smallDataset(folder: string, count: number): string {
  const file = path.join(folder, 'data.json');
  const all = JSON.parse(readFileSync(DATA, 'utf8')) as unknown[];
  writeFileSync(file, JSON.stringify(all.slice(0, count), null, 2));
  return file;
}

/** A configuration of a run that takes a few seconds. */
export function smallConfig(folder: string, values: Readonly<Record<string, unknown>> = {}): string {
  const file = path.join(folder, 'sft.config.json');
  const config = {
    model_name: MODEL,
    dataset: smallDataset(folder, 60),
    max_steps: 12,
    warmup_steps: 2,
    learning_rate: 1e-3,
    lora_dropout: 0.1,
    save_steps: 2,
    eval_steps: 3,
    max_new_tokens: 8,
    output_dir: path.join(folder, 'runs'),
    ...values,
  };
  writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}
