import { readFileSync } from 'node:fs';

/** Bytes of a line of /proc/PID/status; 0 once the process is gone. */
export function statusOf(pid: number, key: string): number {
  try {
    const line = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
