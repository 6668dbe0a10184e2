import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import type { WorkerCommand } from '../../runs/launch';

/** Before a process that takes away what it has written is ended, ms. */
export const END_LIMIT = 10_000;

export interface SftTask {
  /** What follows `sft`. */
  readonly words: readonly string[];
  /** More environment than the command has. */
  readonly more?: Readonly<Record<string, string>>;
  /** Asks it to end by `by`, and ends it where it does not. */
  readonly signal: AbortSignal;
  readonly by: 'SIGINT' | 'SIGTERM';
  /** From asking it to end until it is ended, ms. */
  readonly limit: number;
  /** Told what it says that it is doing. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a verb of the command line in a process of its own: what it computes would hold the editor up.
 * @param attach given the process before it says anything
 * @returns its exit code; another than 0 only where `signal` was aborted
 * @throws Error with what it said last where it failed
 */
export async function runSft(
  { execPath, entry, env }: WorkerCommand,
  { words, more, signal, by, limit, onLine }: SftTask,
  attach: (child: ChildProcessWithoutNullStreams) => void,
): Promise<number | null> {
  const child = spawn(execPath, [entry, ...words], { env: { ...process.env, ...env, ...more }, windowsHide: true });
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill(by);
    force = setTimeout(() => child.kill('SIGKILL'), limit);
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  let last: string | undefined;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.trim() !== '') last = line;
    onLine?.(line);
  });
  attach(child);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      // Not 'exit': what it said last is still on its way then.
      child.once('error', reject).once('close', resolve);
    });
    if (code === 0 || signal.aborted) return code;
    throw new Error(last ?? `sft ${words[0]!} exited with code ${String(code)}`);
  } finally {
    clearTimeout(force);
    signal.removeEventListener('abort', end);
  }
}

/** A verb that says what it would do, waits for yes or no, and says what it has done: a line of JSON each. */
interface Asking<Offer extends v.GenericSchema, Done extends v.GenericSchema> {
  readonly offer: Offer;
  readonly done: Done;
  /** Asked before it goes on. */
  readonly agree: (offer: v.InferOutput<Offer>) => Promise<boolean>;
}

/**
 * Runs such a verb.
 * @returns what it has done; undefined where it has done nothing: `signal` was aborted, or nobody agreed
 * @throws Error with what it said last where it failed
 */
export async function runAsking<Offer extends v.GenericSchema, Done extends v.GenericSchema>(
  command: WorkerCommand,
  task: SftTask,
  { offer, done, agree }: Asking<Offer, Done>,
): Promise<v.InferOutput<Done> | undefined> {
  const seen: { did?: v.InferOutput<Done>; refused: boolean } = { refused: false };
  try {
    await runSft(command, task, ({ stdin, stdout }) => {
      // It may be gone by the time it is answered.
      stdin.on('error', () => undefined);
      createInterface({ input: stdout }).on('line', (line) => {
        const value: unknown = JSON.parse(line);
        const read = v.safeParse(done, value);
        if (read.success) {
          seen.did = read.output;
          return;
        }
        // Whatever comes of asking, it must not wait for ever.
        void agree(v.parse(offer, value))
          .catch(() => false)
          .then((agreed) => {
            seen.refused = !agreed;
            stdin.end(agreed ? 'y\n' : 'n\n');
          });
      });
    });
  } catch (error) {
    if (!seen.refused) throw error;
  }
  return seen.did;
}
