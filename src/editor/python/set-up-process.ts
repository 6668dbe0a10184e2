import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { count, list, open, text, type TypeOf } from '../../base/shapes';
import type { WorkerCommand } from '../../runs/launch';
import { END_LIMIT, runSft } from '../runs/sft-process';

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
  let done: SetUpResult | undefined;
  const answer = { refused: false };
  try {
    await runSft(command, { words, signal, by: 'SIGTERM', limit: END_LIMIT, onLine }, ({ stdin, stdout }) => {
      // It may be gone by the time it is answered.
      stdin.on('error', () => undefined);
      createInterface({ input: stdout }).on('line', (line) => {
        const value: unknown = JSON.parse(line);
        const read = v.safeParse(DONE, value);
        if (read.success) {
          done = read.output;
          return;
        }
        // Whatever comes of asking, it must not wait for ever.
        void agree(v.parse(PLAN, value))
          .catch(() => false)
          .then((agreed) => {
            answer.refused = !agreed;
            stdin.end(agreed ? 'y\n' : 'n\n');
          });
      });
    });
  } catch (error) {
    if (!answer.refused) throw error;
  }
  return done;
}
