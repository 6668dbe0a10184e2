import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { formatError, SftError } from '../base/errors';
import { momentText } from '../base/moment-text';
import { RunArtifacts } from './artifacts';
import { readLabel } from './label';
import { newestFirst } from './newest-first';
import { rebuildState } from './rebuild-state';
import { numberedName } from './run-number';
import type { RunEvaluation } from './folder/evaluation-schema';
import { isMissing } from './folder/record';
import { RunFolder } from './folder/run-folder';
import type { Run } from './folder/run-schema';
import { farHost, heardFrom } from './folder/run-host';
import { isWorking } from './folder/run-status';
import type { ControlCommand, RunState } from './folder/state-schema';
import { readSweptKeys } from './sweep/swept-keys';

export interface RunSummary {
  readonly folder: RunFolder;
  readonly run: Run;
  readonly artifacts: RunArtifacts;
  /** The one a person gave the run, else that of its configuration. */
  readonly name: string;
  /** The name to show: number and name. */
  readonly label: string;
  /** The keys that its sweep tries values of; undefined for a run of its own. */
  readonly swept: readonly string[] | undefined;
  /** `interrupted` where the worker is gone without having said how the run ended. */
  readonly state: RunState;
  /** How the test part was answered; undefined where it was not, or where the file cannot be read. */
  readonly evaluation: RunEvaluation | undefined;
}

/** @throws SftError `unreadable` (exit code 2) where `folder` is not that of a run, or its files are damaged */
export async function readRun(folder: string): Promise<RunSummary> {
  const runFolder = new RunFolder(folder);
  const run = await runFolder.readRun();
  const artifacts = new RunArtifacts(runFolder.path, run.config);
  const name = (await readLabel(runFolder.path)) ?? run.name;
  const swept = await readSweptKeys(runFolder.path);
  const state = await readLiveState(runFolder, run, artifacts);
  const evaluation = await artifacts.readEvaluation().catch(() => undefined);
  return { folder: runFolder, run, artifacts, name, label: numberedName(run.number, name), swept, state, evaluation };
}

/** A worker that is gone cannot say so: the reader does. Nothing is written. */
export function withLife(state: RunState): RunState {
  if (!isWorking(state.status) || heardFrom(state)) return state;
  const host = farHost(state);
  const message =
    host === undefined
      ? `the process of the run (${state.pid}) exited before the run was done; resume to continue from the last checkpoint`
      : `nothing has been heard from the run on ${host} since ${momentText(state.heartbeat)}; if its process there (${state.pid}) has exited, resume to continue from the last checkpoint`;
  return { ...state, status: 'interrupted', message };
}

/** A worker that computes a step hears nothing until its end, and one that hears says so when it has saved: readers say what was asked. */
function withRequest(state: RunState, asked: ControlCommand | undefined): RunState {
  const { message, ...told } = state;
  if (asked === 'stop') return { ...told, status: 'stopping' };
  if (asked === 'resume' && state.status === 'paused') return { ...told, status: 'starting', message: 'going on' };
  if (asked !== 'pause' || state.status !== 'running') return state;
  return { ...told, status: 'pausing', message: message === undefined ? 'pausing after this step' : 'pausing' };
}

/**
 * The state of a run, what was asked of it, and whether its worker still lives. One that ended after its state was read has written what it ended with by
 * then: it is read again before it counts as interrupted. Where state.json is lost, events and checkpoints say where the run stands.
 * @throws SftError `unreadable` (exit code 2) where state.json is damaged
 */
export async function readLiveState(folder: RunFolder, run: Run, artifacts: RunArtifacts): Promise<RunState> {
  try {
    const state = withLife(await folder.readState());
    if (state.status === 'interrupted') return withLife(await folder.readState());
    return isWorking(state.status) ? withRequest(state, await folder.readControl()) : state;
  } catch (error) {
    if (isMissing(error)) return rebuildState(folder, run, artifacts);
    throw error;
  }
}

/** A run whose files cannot be read. */
export interface DamagedRun {
  /** Absolute. */
  readonly folder: string;
  /** What is wrong with which file, and what to do. */
  readonly reason: string;
}

/** @throws what is not the fault of the run's files */
export function damagedRun(folder: string, error: unknown): DamagedRun {
  if (!(error instanceof SftError)) throw error;
  return { folder, reason: formatError(error) };
}

/** The runs in a folder, newest first, and beside them those that are damaged. Folders without run.json are not runs. */
export async function listRuns(
  outputDir: string,
): Promise<{ readonly runs: readonly RunSummary[]; readonly damaged: readonly DamagedRun[] }> {
  const entries = await readdir(outputDir, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new SftError('unreadable', 'cannot be read', { file: outputDir, exitCode: 2, cause: error });
  });
  const runs: RunSummary[] = [];
  const damaged: DamagedRun[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const folder = path.join(outputDir, entry.name);
    // A folder that may not be looked into is not known to be a run.
    if (!(await readdir(folder).catch((): string[] => [])).includes('run.json')) continue;
    try {
      runs.push(await readRun(folder));
    } catch (error) {
      damaged.push(damagedRun(folder, error));
    }
  }
  return { runs: runs.sort(newestFirst), damaged };
}
