import { SftError } from '../../base/errors';
import { tryLock } from '../../base/lock';

/**
 * Makes this process the one writer of a run.
 *
 * @returns the release
 * @throws SftError `run-busy` where another process writes the run
 */
export async function acquireLock(folder: string): Promise<() => Promise<void>> {
  const { release, holder } = await tryLock(folder);
  if (holder !== undefined) throw runBusy(folder, holder.pid);
  return release;
}

export function runBusy(folder: string, pid: number): SftError {
  return new SftError('run-busy', `the run is already being written by process ${pid}`, {
    file: folder,
    remedy: 'follow that one, or stop it first',
  });
}
