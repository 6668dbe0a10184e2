import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { list, open, text, count, type TypeOf } from '../../base/shapes';
import type { WorkerCommand } from '../../runs/launch';
import { END_LIMIT, runSft } from '../runs/sft-process';

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
  let url: string | undefined;
  await runSft(command, { words, more, signal, by: 'SIGINT', limit: END_LIMIT, onLine }, ({ stdin, stdout }) => {
    // It may be gone by the time it is answered.
    stdin.on('error', () => undefined);
    createInterface({ input: stdout }).on('line', (line) => {
      const value: unknown = JSON.parse(line);
      const pushed = v.safeParse(PUSHED, value);
      if (pushed.success) {
        ({ url } = pushed.output);
        return;
      }
      // Whatever comes of asking, it must not wait for ever.
      void agree(v.parse(LISTING, value))
        .catch(() => false)
        .then((agreed) => stdin.end(agreed ? 'y\n' : 'n\n'));
    });
  });
  return url;
}
