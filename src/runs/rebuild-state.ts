import { hostname } from 'node:os';
import type { RunArtifacts } from './artifacts';
import type { RunEvent } from './folder/event-schema';
import type { RunFolder } from './folder/run-folder';
import type { Run } from './folder/run-schema';
import type { RunState } from './folder/state-schema';

/** How the last worker ended, where it said so. */
const ENDINGS = { done: 'done', failed: 'failed', stopped: 'stopped' } as const;

/**
 * Where a run stands that has lost its state.json, from what is whole: its events and checkpoints. A worker that is there writes
 * the file anew within a second. Nothing is written.
 */
export async function rebuildState(folder: RunFolder, run: Run, artifacts: RunArtifacts): Promise<RunState> {
  const events = await folder.readEvents();
  const last = events.findLast(({ type }) => type === 'start' || type === 'resumed' || Object.hasOwn(ENDINGS, type));
  const ended = last !== undefined && isEnding(last) ? last : undefined;
  const started = events.findLast((event) => event.type === 'start');
  const message =
    ended === undefined
      ? 'state.json is missing; resume to continue from the last checkpoint'
      : ended.type === 'failed'
        ? ended.message
        : undefined;
  return {
    status: ended === undefined ? 'interrupted' : ENDINGS[ended.type],
    // Nobody asks for the process of a run that nobody works on.
    pid: process.pid,
    pid_started: null,
    host: hostname(),
    heartbeat: events.at(-1)?.time ?? run.created,
    step: Math.max(stepsIn(events), (await artifacts.steps()).at(-1) ?? 0),
    total_steps: started?.total_steps ?? null,
    ...(message === undefined ? {} : { message }),
  };
}

function isEnding(event: RunEvent): event is Extract<RunEvent, { readonly type: keyof typeof ENDINGS }> {
  return Object.hasOwn(ENDINGS, event.type);
}

/** Updates done: a run that was resumed went on from an earlier step than it had reached. */
function stepsIn(events: readonly RunEvent[]): number {
  let step = 0;
  for (const event of events) {
    if (event.type === 'start') step = event.resumed_from ?? 0;
    if (event.type === 'step') step = event.step;
  }
  return step;
}
