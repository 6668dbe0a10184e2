import { recoverFolder } from '../../base/files';
import type { WorkerCommand } from '../../runs/launch';
import { END_LIMIT, runSft } from '../runs/sft-process';

/** An export as it is asked of the command line. */
export interface ExportTask {
  /** Absolute: the folder or file to write. */
  readonly out: string;
  /** What follows `sft export`, but for `--out`. */
  readonly args: readonly string[];
}

/** What `sft export --json` says in the end. */
interface Told {
  readonly notes?: readonly string[];
  /** Null where it was not asked. */
  readonly verified?: { readonly summary: string } | null;
}

/**
 * Runs `sft export` in a process of its own.
 * @param onLine told what it says that it is doing
 * @returns what a person should know of the result, a line each; undefined where `signal` was aborted, and nothing is left of it then
 * @throws Error with what it said where it failed
 */
export async function exportInProcess(
  command: WorkerCommand,
  { out, args }: ExportTask,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<readonly string[] | undefined> {
  const words = ['export', ...args, '--out', out, '--json'];
  let answer = '';
  const code = await runSft(command, { words, signal, by: 'SIGTERM', limit: END_LIMIT, onLine }, (child) => {
    child.stdin.end();
    child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  });
  if (code === 0) {
    const { notes = [], verified } = JSON.parse(answer) as Told;
    return [...(verified ? [`it was loaded again, and ${verified.summary}`] : []), ...notes];
  }
  // Where a process cannot be asked to end, as on Windows, it has not taken away what it wrote.
  await recoverFolder(out);
  return undefined;
}
