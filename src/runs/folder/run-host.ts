import { hostname } from 'node:os';
import { isAlive } from '../../base/process-identity';
import type { RunState } from './state-schema';

/**
 * A worker on another machine says twice a second that it lives. After so long without a word it is taken to have ended, ms: a folder that
 * is shared or copied shows it late, and clocks differ.
 */
const SILENT_MS = 5 * 60_000;

/** The machine of a run's process, where it is another than this one. */
export function farHost({ host }: Pick<RunState, 'host'>): string | undefined {
  return host === null || host === hostname() ? undefined : host;
}

/** Whether the process that last wrote the state lives; on another machine, whether it has written lately. */
export function heardFrom({ pid, pid_started: started, host, heartbeat }: RunState): boolean {
  if (farHost({ host }) === undefined) return isAlive({ pid, started });
  return Date.now() - Date.parse(heartbeat) < SILENT_MS;
}
