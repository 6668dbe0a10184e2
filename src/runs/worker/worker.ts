import { formatError, SftError } from '../../base/errors';
import { unknownKeys } from '../folder/run-files';
import type { RunFolder } from '../folder/run-folder';
import type { Run } from '../folder/run-schema';
import { RunWork } from './run-work';
import type { WorkerOptions } from './worker-options';

/**
 * Trains a run to its end: the one writer of its folder. Every way out is written down: done, stopped (after saving), failed.
 * @returns whether it was trained to the end
 * @throws SftError what ended the run, after recording it; `newer-run`, `run-busy` and `unreadable` where it cannot be begun
 */
export async function work(folder: RunFolder, options: WorkerOptions): Promise<boolean> {
  const run = await folder.readRun();
  refuseNewer(folder, run);
  const release = await folder.acquireLock();
  let begun: RunWork | undefined;
  try {
    begun = await RunWork.begin(folder, run, options);
    return await begun.toItsEnd();
  } catch (error) {
    await recordFailure(folder, error, begun?.step ?? 0, options);
    throw error;
  } finally {
    folder.close();
    await release();
  }
}

/** Where a newer version trained by keys that are unknown here, going on would train something else. */
function refuseNewer(folder: RunFolder, { config, versions }: Run): void {
  const [key] = unknownKeys(config);
  if (key === undefined) return;
  throw new SftError('newer-run', `the run was made by version ${versions.sft}, which has ${key}; this one has not`, {
    file: folder.runFile,
    remedy: 'update SFT Workbench',
  });
}

async function recordFailure(folder: RunFolder, error: unknown, step: number, options: WorkerOptions): Promise<void> {
  const known = error instanceof SftError;
  const message = known ? formatError(error) : String(error);
  folder.log(known ? message : error instanceof Error ? (error.stack ?? message) : message);
  try {
    options.onEvent(folder.appendEvent({ type: 'failed', code: known ? error.code : 'bug', message, step }));
    await folder.writeState({ status: 'failed', message, ...(step === 0 ? {} : { step }) });
  } catch (second) {
    // The disk that failed the run may fail this as well: the first error is the one to report.
    options.onLog(`the failure could not be recorded: ${String(second)}`);
  }
}
