import { formatError, SftError } from '../../base/errors';
import type { RunEvent } from '../folder/event-schema';
import { isWorking } from '../folder/run-status';
import { work } from '../worker/worker';
import type { DeviceAccess } from '../worker/worker-options';
import { readMember, type Member } from './members';

export interface SweepOptions {
  readonly device: DeviceAccess;
  /** Aborting saves and stops the run that is under way, and begins no other. */
  readonly signal: AbortSignal;
  readonly onEvent: (member: Member, event: RunEvent) => void;
  readonly onProgress: (member: Member, text: string) => void;
  /** What a person should know of a run: that it is done already, why it is left out. */
  readonly onNote: (member: Member, text: string) => void;
}

/** How often it is looked whether a run is told to stop that waits for its turn, ms. */
const LOOK_EVERY = 500;

/**
 * Makes the runs of a sweep in this process, one after the other: each is done, or goes on from its last checkpoint. One that fails, was
 * deleted or is another process's is told of, and the next one follows. One that is told to stop while it waits is stopped at once.
 *
 * @returns whether it came to its end; false where it was stopped
 */
export async function runSweep(members: readonly Member[], options: SweepOptions): Promise<boolean> {
  const { signal } = options;
  await announce(members);
  const waiting = new Set(members);
  let looking = Promise.resolve();
  const look = setInterval(() => {
    looking = looking.then(() => endAsked(waiting, options));
  }, LOOK_EVERY);
  try {
    for (const member of members) {
      if (signal.aborted) {
        for (const left of waiting) await recordStop(left, 'the sweep was stopped before this run');
        return false;
      }
      if (waiting.delete(member)) await runMember(member, options);
    }
    return !signal.aborted;
  } finally {
    clearInterval(look);
    await looking;
  }
}

/** Stops those of the waiting runs that are told to stop, so that none of them begins first, and lets them wait no longer. */
async function endAsked(waiting: Set<Member>, { onNote }: SweepOptions): Promise<void> {
  for (const member of waiting) {
    if ((await member.folder.readControl()) !== 'stop' || !waiting.delete(member)) continue;
    try {
      await recordStop(member, 'stopped before it started');
      await member.folder.clearControl();
    } catch (error) {
      if (!(error instanceof SftError)) throw error;
      onNote(member, formatError(error));
    }
  }
}

async function runMember(member: Member, { device, signal, ...told }: SweepOptions): Promise<void> {
  try {
    const { state } = await readMember(member);
    if (state.status === 'done') {
      told.onNote(member, 'done already');
      return;
    }
    await work(member.folder, {
      device,
      resume: true,
      signal,
      onEvent: (event) => {
        told.onEvent(member, event);
      },
      onProgress: (text) => {
        told.onProgress(member, text);
      },
      onLog: (text) => {
        told.onNote(member, text);
      },
    });
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    told.onNote(member, formatError(error));
  }
}

/** Says of the runs that have not begun what they wait for. */
async function announce(members: readonly Member[]): Promise<void> {
  let before = 0;
  for (const member of members) {
    const waiting = await notBegun(member);
    // What was asked of a process that is gone is not asked of this one.
    if (waiting) await member.folder.clearControl(Date.now() - process.uptime() * 1000);
    if (waiting && before > 0) {
      const message = `waits for ${before === 1 ? 'another run' : `${before} other runs`} of its sweep`;
      await writeState(member, { status: 'queued', message });
    }
    before += waiting ? 1 : 0;
  }
}

/** A run that the sweep does not come to is stopped, not interrupted. */
async function recordStop(member: Member, message: string): Promise<void> {
  if (await notBegun(member)) await writeState(member, { status: 'stopped', message });
}

/** Whether a run waits for this process: what another one works on, and what has ended, is left as it is. */
async function notBegun(member: Member): Promise<boolean> {
  const summary = await readMember(member).catch(() => undefined);
  if (summary === undefined) return false;
  const { status, pid } = summary.state;
  return status !== 'done' && (!isWorking(status) || pid === process.pid);
}

async function writeState({ folder }: Member, state: Parameters<Member['folder']['writeState']>[0]): Promise<void> {
  const release = await folder.acquireLock();
  try {
    await folder.writeState(state);
  } finally {
    await release();
  }
}
