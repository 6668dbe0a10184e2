import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a system says of a process. */
export interface ProcessStat {
  /** `Z` and `X`: it has ended. */
  readonly state: string;
  /** A number that a later process with the same id does not have. */
  readonly started: number;
}

/**
 * From /proc/PID/stat (proc(5)), the start in clock ticks from boot, field 22. The name of the program stands in brackets and may itself
 * hold brackets and blanks, so the fields are counted from the last bracket.
 */
function fromProc(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** From ps(1), the start in seconds since 1970: some milliseconds, where there is no /proc. */
export function fromPs(pid: number): ProcessStat | undefined {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const { stdout, status } = spawnSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
    env,
    encoding: 'utf8',
  });
  const [, state, start] = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(status === 0 ? stdout : '') ?? [];
  const started = Date.parse(`${start} UTC`) / 1000;
  return state === undefined || Number.isNaN(started) ? undefined : { state: state[0]!, started };
}

const READERS: Partial<Record<NodeJS.Platform, (pid: number) => ProcessStat | undefined>> = {
  linux: fromProc,
  darwin: fromPs,
};

/** Undefined where there is no such process, or the system is not asked (Windows). */
export function processStat(pid: number): ProcessStat | undefined {
  return READERS[process.platform]?.(pid);
}
