import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { RATE_LINE, type RateLine } from '../../runs/rate-line';
import type { WorkerCommand } from '../../runs/launch';
import { runSft } from '../runs/sft-process';

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
  command: WorkerCommand,
  configFile: string,
  signal: AbortSignal,
  onLine: (line: RateLine) => void,
): Promise<void> {
  const words = ['find-lr', configFile, '--json'];
  await runSft(command, { words, signal, by: 'SIGTERM', limit: STOP_LIMIT }, ({ stdin, stdout }) => {
    stdin.end();
    createInterface({ input: stdout }).on('line', (line) => {
      const read = parsed(line);
      if (read !== undefined) onLine(read);
    });
  });
}

function parsed(line: string): RateLine | undefined {
  try {
    const { success, output } = v.safeParse(RATE_LINE, JSON.parse(line));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
