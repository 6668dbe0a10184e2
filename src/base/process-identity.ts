import { readFileSync } from 'node:fs';

/** A process that is told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process (field 22 of /proc/PID/stat); null where the system does not tell. */
  readonly started: number | null;
}

/**
 * State and start of a process from /proc/PID/stat (proc(5)); undefined where there is no such process or no /proc. The name of
 * the program stands in brackets and may itself hold brackets and blanks, so the fields are counted from the last bracket.
 */
function readStat(pid: number): { readonly state: string; readonly started: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

let own: ProcessIdentity | undefined;

/** This process. */
export function ownIdentity(): ProcessIdentity {
  own ??= { pid: process.pid, started: readStat(process.pid)?.started ?? null };
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
 * Whether exactly this process still runs. A zombie does not. Where the system tells no start time (outside Linux) the number alone
 * decides: a new process that was given the number of a dead one is then taken for it.
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
  const stat = readStat(identity.pid);
  if (stat === undefined) return true;
  if (stat.state === 'Z' || stat.state === 'X') return false;
  return identity.started === null || stat.started === identity.started;
}
