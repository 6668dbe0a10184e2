import type { RunStatus } from './state-schema';

/** States in which a process works on the run, or waits to. */
const WORKING: readonly RunStatus[] = ['starting', 'queued', 'running', 'pausing', 'paused', 'stopping'];

/** Whether a process holds the run: it cannot be started again, nor deleted. */
export function isWorking(status: RunStatus): boolean {
  return WORKING.includes(status);
}
