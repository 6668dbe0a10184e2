import { list, open, text, count, type TypeOf } from '../../base/shapes';
import type { WorkerCommand } from '../../runs/launch';
import { END_LIMIT, runAsking } from '../runs/sft-process';

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

/**
 * Runs `sft push` in a process of its own.
 * @param onLine told what it says that it is doing
 * @returns the page of what was pushed; undefined where nothing was: `signal` was aborted, or nobody agreed
 * @throws Error with what it said where it failed
 */
export async function pushInProcess(
  command: WorkerCommand,
  { args, token, agree }: PushTask,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  const words = ['push', ...args, '--ask', '--json'];
  const more = token === undefined ? {} : { HF_TOKEN: token };
  const task = { words, more, signal, by: 'SIGINT', limit: END_LIMIT, onLine } as const;
  return (await runAsking(command, task, { offer: LISTING, done: PUSHED, agree }))?.url;
}
