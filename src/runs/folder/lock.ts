import { SftError } from '../../base/errors';
import { tryLock } from '../../base/lock';
import { farHost, heardFrom } from './run-host';
import { STATE_FILE } from './run-files';
import { isWorking } from './run-status';
import type { RunState } from './state-schema';

/**
 * Makes this process the one writer of a run. Of a worker on another machine that shares the folder its state tells, which it writes as
 * long as it lives.
 *
 * @param stateFile state.json of the run
 * @returns the release
 * @throws SftError `run-busy` where another process writes the run
 */
export async function acquireLock(folder: string, stateFile: string): Promise<() => Promise<void>> {
  const state = await STATE_FILE.read(stateFile).catch(() => undefined);
  if (state !== undefined && farHost(state) !== undefined && isWorking(state.status) && heardFrom(state)) {
    throw runBusy(folder, state);
  }
  const { release, holder } = await tryLock(folder);
  if (holder !== undefined) throw runBusy(folder, holder);
  return release;
}

export function runBusy(folder: string, writer: Pick<RunState, 'pid' | 'host'>): SftError {
  const host = farHost(writer);
  const where = host === undefined ? '' : ` on ${host}`;
  return new SftError('run-busy', `the run is already being written by process ${writer.pid}${where}`, {
    file: folder,
    remedy: 'watch that one, or stop it first',
  });
}
