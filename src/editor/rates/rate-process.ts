import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { RATE_LINE, type RateLine } from '../../runs/rate-line';
import type { WorkerCommand } from '../../runs/launch';

/** From asking it to end until it is ended, ms. */
const STOP_LIMIT = 5_000;

/**
 * `sft find-lr` in a process of its own: training would hold the editor up.
 *
 * @param signal aborting it ends the test
 * @param onLine gets each line as it comes
 * @returns once the process is gone
 * @throws Error with what the process said where it failed
 */
export async function findRateInProcess(
  { execPath, entry, env }: WorkerCommand,
  configFile: string,
  signal: AbortSignal,
  onLine: (line: RateLine) => void,
): Promise<void> {
  const child = spawn(execPath, [entry, 'find-lr', configFile, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let said = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.trim() !== '') said = line;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const read = parsed(line);
    if (read !== undefined) onLine(read);
  });
  let late: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGTERM');
    late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      // Not 'exit': what it said last is still on its way then.
      child.once('close', resolve);
    });
    if (code !== 0 && !signal.aborted) throw new Error(said === '' ? `it ended with code ${String(code)}` : said);
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(late);
  }
}

function parsed(line: string): RateLine | undefined {
  try {
    const { success, output } = v.safeParse(RATE_LINE, JSON.parse(line));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
