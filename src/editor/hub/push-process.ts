import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { list, open, text, count, type TypeOf } from '../../base/shapes';
import type { sftCommand } from '../runs/worker-command';

const LISTING = open({ repo: text, files: list(open({ path: text, bytes: count })) });
const PUSHED = open({ url: text });

/** What would be pushed, and where to. */
export type PushListing = TypeOf<typeof LISTING>;

/** A push as it is asked of the command line. */
export interface PushTask {
  /** What follows `sft push`. */
  readonly args: readonly string[];
  /** In place of the environment's. */
  readonly token: string | undefined;
  /** Asked once everything is written, before anything is sent. */
  readonly agree: (listing: PushListing) => Promise<boolean>;
}

/** Before a process that was told to end is ended, ms: it takes away what it has written. */
const END_LIMIT = 10_000;
const LINES_KEPT = 8;

/**
 * Runs `sft push` in a process of its own: it computes on all weights, which would hold the editor up.
 * @param onLine told what it says that it is doing
 * @returns the page of what was pushed; undefined where nothing was: `signal` was aborted, or nobody agreed
 * @throws Error with what it said where it failed
 */
export async function pushInProcess(
  { execPath, entry, env }: ReturnType<typeof sftCommand>,
  { args, token, agree }: PushTask,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  const child = spawn(execPath, [entry, 'push', ...args, '--ask', '--json'], {
    env: { ...process.env, ...env, ...(token === undefined ? {} : { HF_TOKEN: token }) },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGINT');
    force = setTimeout(() => child.kill('SIGKILL'), END_LIMIT);
  };
  signal.addEventListener('abort', end, { once: true });
  // It may be gone by the time it is answered.
  child.stdin.on('error', () => undefined);
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > LINES_KEPT) said.shift();
    onLine(line);
  });
  let url: string | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const value: unknown = JSON.parse(line);
    const pushed = v.safeParse(PUSHED, value);
    if (pushed.success) {
      ({ url } = pushed.output);
      return;
    }
    // Whatever comes of asking, it must not wait for ever.
    void agree(v.parse(LISTING, value))
      .catch(() => false)
      .then((agreed) => child.stdin.end(agreed ? 'y\n' : 'n\n'));
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    if (code === 0 || signal.aborted) return url;
    throw new Error(said.at(-1) ?? `sft push ended with code ${String(code)}`);
  } finally {
    clearTimeout(force);
    signal.removeEventListener('abort', end);
  }
}
