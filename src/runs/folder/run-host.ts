import { hostname } from 'node:os';
import { SILENT_MS } from '../../base/lock';
import { isAlive } from '../../base/process-identity';
import type { RunState } from './state-schema';

/** The machine of a run's process, where it is another than this one. */
export function farHost({ host }: Pick<RunState, 'host'>): string | undefined {
  return host === null || host === hostname() ? undefined : host;
}

/** Whether the process that last wrote the state lives; on another machine, whether it has written lately: while it lives it does twice a second. */
export function heardFrom({ pid, pid_started: started, host, heartbeat }: RunState): boolean {
  if (farHost({ host }) === undefined) return isAlive({ pid, started });
  return Date.now() - Date.parse(heartbeat) < SILENT_MS;
}
