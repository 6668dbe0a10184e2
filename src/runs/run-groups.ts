import { countOf } from '../base/count-of';
import { durationText, lossText, type RunProgress } from './progress';
import { hostAtWork } from './folder/run-host';
import type { RunState, RunStatus } from './folder/state-schema';

/** What a person tells runs apart by, in the order of a list of runs: what works first, what is over last. */
export const RUN_GROUPS = ['running', 'queued', 'paused', 'interrupted', 'failed', 'stopped', 'done'] as const;
export type RunGroup = (typeof RUN_GROUPS)[number];

const GROUP_OF: Readonly<Record<RunStatus, RunGroup>> = {
  queued: 'queued',
  starting: 'running',
  running: 'running',
  pausing: 'running',
  stopping: 'running',
  paused: 'paused',
  interrupted: 'interrupted',
  failed: 'failed',
  stopped: 'stopped',
  done: 'done',
};

export function groupOf(status: RunStatus): RunGroup {
  return GROUP_OF[status];
}

/** Whether a new worker can go on with a run in this group; a paused one still has its own. */
export function canRelaunch(group: RunGroup): boolean {
  return group === 'interrupted' || group === 'failed' || group === 'stopped';
}

/**
 * `step 12/60 · loss 2.315 · 3 min left`, as far as it is known; in place of the loss what is done besides stepping. Last the machine,
 * where it is another.
 */
export function progressText(state: RunState, progress?: RunProgress): string {
  const host = hostAtWork(state);
  return [howFar(state, progress), host === undefined ? '' : `on ${host}`].filter((part) => part !== '').join(' · ');
}

function howFar(state: RunState, progress: RunProgress | undefined): string {
  // Events are written at every step, the state at most once a second.
  const step = Math.max(state.step, progress?.step ?? 0);
  const total = state.total_steps;
  if (state.status === 'starting') return state.message === undefined ? 'starting' : `starting: ${state.message}`;
  if (state.status === 'stopping') return 'saving and stopping';
  if (total === null) return '';
  const working = state.status === 'running';
  const parts = [working && step >= total ? `${countOf(total, 'step')} done` : `step ${count(step)}/${count(total)}`];
  if ((working || state.status === 'pausing') && state.message !== undefined) parts.push(state.message);
  else if (progress?.loss !== undefined) parts.push(`loss ${lossText(progress.loss)}`);
  if (working && state.seconds_left !== undefined) parts.push(`${durationText(state.seconds_left)} left`);
  return parts.join(' · ');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
