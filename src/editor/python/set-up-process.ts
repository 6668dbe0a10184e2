import * as v from 'valibot';
import { count, list, open, text, type TypeOf } from '../../base/shapes';
import type { WorkerCommand } from '../../runs/launch';
import { END_LIMIT, runAsking } from '../runs/sft-process';

const PLAN = open({ folder: text, installer: text, download_bytes: v.nullable(count), state: text });
const DONE = open({ program: text, python: text, gpus: list(open({ name: text })) });

/** What would be set up. */
export type SetUpOffer = TypeOf<typeof PLAN>;
export type SetUpResult = TypeOf<typeof DONE>;

/**
 * Runs `sft python setup` in a process of its own.
 * @param agree asked before anything is downloaded
 * @param onLine told what it is doing
 * @returns undefined where nothing was set up: `signal` was aborted, or nobody agreed
 * @throws Error with what it said where it failed
 */
export async function setUpInProcess(
  command: WorkerCommand,
  agree: (offer: SetUpOffer) => Promise<boolean>,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<SetUpResult | undefined> {
  const words = ['python', 'setup', '--json'];
  const task = { words, signal, by: 'SIGTERM', limit: END_LIMIT, onLine } as const;
  return runAsking(command, task, { offer: PLAN, done: DONE, agree });
}
