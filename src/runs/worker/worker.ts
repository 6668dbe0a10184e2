import { formatError } from '../../base/errors';
import { asSftError } from '../../base/system-error';
import type { RunFolder } from '../folder/run-folder';
import { refuseNewer } from './refuse';
import { runDeleted } from './requests';
import { RunWork } from './run-work';
import type { WorkerOptions } from './worker-options';

/**
 * Trains a run to its end: the one writer of its folder. Every way out is written down: done, stopped (after saving), failed.
 * @returns whether it was trained to the end
 * @throws SftError what ended the run, after recording it; `newer-run`, `run-busy` and `unreadable` where it cannot be begun;
 * `run-deleted` where there is nothing left to record it in
 */
export async function work(folder: RunFolder, options: WorkerOptions): Promise<boolean> {
  const run = await folder.readRun();
  refuseNewer(folder.runFile, run);
  const release = await folder.acquireLock();
  let begun: RunWork | undefined;
  try {
    begun = await RunWork.begin(folder, run, options);
    return await begun.toItsEnd();
  } catch (error) {
    // Whatever failed for it: there is nothing to write it down in.
    if (await folder.isGone()) throw runDeleted(folder, error);
    await recordFailure(folder, error, begun?.step ?? 0, options);
    throw error;
  } finally {
    folder.close();
    await release();
  }
}

async function recordFailure(folder: RunFolder, error: unknown, step: number, options: WorkerOptions): Promise<void> {
  const told = asSftError(error);
  const message = told === undefined ? String(error) : formatError(told);
  folder.log(told === undefined && error instanceof Error ? (error.stack ?? message) : message);
  try {
    options.onEvent(folder.appendEvent({ type: 'failed', code: told?.code ?? 'bug', message, step }));
    await folder.writeState({ status: 'failed', message, ...(step === 0 ? {} : { step }) });
  } catch (second) {
    // The disk that failed the run may fail this as well: the first error is the one to report.
    options.onLog(`the failure could not be recorded: ${String(second)}`);
  }
}
