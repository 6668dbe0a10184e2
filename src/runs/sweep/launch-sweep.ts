import type { SweepMember } from '../../config/parse-config';
import { isWorking } from '../folder/run-status';
import { startProcess, type WorkerCommand } from '../launch';
import { openMembers, readMember, type Member } from './members';

export interface SweepLaunch {
  readonly members: readonly SweepMember[];
  readonly configFile: string;
  readonly command: WorkerCommand;
  /** More options for `sft sweep`, such as `--threads`. */
  readonly options?: readonly string[];
}

/**
 * Makes the run folders of a sweep and starts one process in the background that goes through them. It outlives this process, its window
 * and its terminal.
 *
 * @returns its runs, once the process has taken the first of them over; `started` is false where all are done, or being worked on
 * @throws SftError what creating runs throws; `worker-died`
 */
export async function launchSweep({
  members,
  configFile,
  command,
  options = [],
}: SweepLaunch): Promise<{ readonly members: readonly Member[]; readonly started: boolean }> {
  const opened = await openMembers(members, configFile);
  for (const member of opened) {
    const { folder, state } = await readMember(member);
    const own = state.pid === process.pid;
    if (state.status === 'done' || (isWorking(state.status) && !own)) continue;
    await startProcess(folder, command, ['sweep', configFile, ...options]);
    return { members: opened, started: true };
  }
  return { members: opened, started: false };
}
