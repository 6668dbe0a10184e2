import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { recoverFolder } from '../../base/files';
import type { sftCommand } from '../runs/worker-command';

/** An export as it is asked of the command line. */
export interface ExportTask {
  /** Absolute: the folder or file to write. */
  readonly out: string;
  /** What follows `sft export`, but for `--out`. */
  readonly args: readonly string[];
}

/** Before a process that was told to end is ended, ms: it takes away what it has written. */
const END_LIMIT = 10_000;
const LINES_KEPT = 8;

/**
 * Runs `sft export` in a process of its own: it computes on all weights, which would hold the editor up.
 * @param onLine told what it says that it is doing
 * @returns what a person should know of the result, a line each; undefined where `signal` was aborted, and nothing is left of it then
 * @throws Error with what it said where it failed
 */
export async function exportInProcess(
  { execPath, entry, env }: ReturnType<typeof sftCommand>,
  { out, args }: ExportTask,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<readonly string[] | undefined> {
  const child = spawn(execPath, [entry, 'export', ...args, '--out', out, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    force = setTimeout(() => child.kill('SIGKILL'), END_LIMIT);
  };
  signal.addEventListener('abort', end, { once: true });
  const said: string[] = [];
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > LINES_KEPT) said.shift();
    onLine(line);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    if (code === 0) return (JSON.parse(answer) as { readonly notes?: readonly string[] }).notes ?? [];
    if (!signal.aborted) throw new Error(said.at(-1) ?? `sft export ended with code ${String(code)}`);
    // Where a process cannot be asked to end, as on Windows, it has not taken away what it wrote.
    await recoverFolder(out);
    return undefined;
  } finally {
    clearTimeout(force);
    signal.removeEventListener('abort', end);
  }
}
