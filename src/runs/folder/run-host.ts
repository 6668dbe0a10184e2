import { hostname } from 'node:os';
import { SILENT_MS } from '../../base/lock';
import { isAlive } from '../../base/process-identity';
import { isWorking } from './run-status';
import type { RunState } from './state-schema';

/** The machine of a run's process, where it is another than this one. */
export function farHost({ host }: Pick<RunState, 'host'>): string | undefined {
  return host === null || host === hostname() ? undefined : host;
}

/** The same while the run works: one that is over is nowhere. */
export function hostAtWork(state: Pick<RunState, 'host' | 'status'>): string | undefined {
  return isWorking(state.status) ? farHost(state) : undefined;
}

/** Whether the process that last wrote the state lives; on another machine, whether it has written lately: while it lives it does twice a second. */
export function heardFrom({ pid, pid_started: started, host, heartbeat }: RunState): boolean {
  if (farHost({ host }) === undefined) return isAlive({ pid, started });
  return Date.now() - Date.parse(heartbeat) < SILENT_MS;
}
