import { processStat } from './process-stat';

/** A process that is told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as ProcessStat says it; null where the system does not tell. */
  readonly started: number | null;
}

let own: ProcessIdentity | undefined;

/** This process. */
export function ownIdentity(): ProcessIdentity {
  own ??= { pid: process.pid, started: processStat(process.pid)?.started ?? null };
  return own;
}

/** As part of a file's name, `<pid>-<start>`: says whose the file is. `parseIdentity` reads it. */
export function identityText({ pid, started }: ProcessIdentity = ownIdentity()): string {
  return `${pid}-${started ?? 'x'}`;
}

/** What `identityText` wrote; undefined for any other text. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const [, pid, started] = /^(\d+)-(\d+|x)$/.exec(text) ?? [];
  if (pid === undefined) return undefined;
  return { pid: Number(pid), started: started === 'x' ? null : Number(started) };
}

/** Whether two are the same process. */
export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.started === b.started;
}

/**
 * Whether exactly this process still runs. A zombie does not. Where the system tells no start time (Windows) the number alone decides:
 * a new process that was given the number of a dead one is then taken for it.
 */
export function isAlive(identity: ProcessIdentity): boolean {
  // Of 0 the system takes the caller's own group to be meant, which always lives.
  if (identity.pid < 1) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = processStat(identity.pid);
  if (stat === undefined) return true;
  if (stat.state === 'Z' || stat.state === 'X') return false;
  return identity.started === null || stat.started === identity.started;
}
