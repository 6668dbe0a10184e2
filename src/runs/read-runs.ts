import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { formatError, SftError } from '../base/errors';
import { isAlive } from '../base/process-identity';
import { RunArtifacts } from './artifacts';
import { readLabel } from './label';
import { RunFolder } from './folder/run-folder';
import type { Run } from './folder/run-schema';
import { isWorking } from './folder/run-status';
import type { RunState } from './folder/state-schema';

export interface RunSummary {
  readonly folder: RunFolder;
  readonly run: Run;
  readonly artifacts: RunArtifacts;
  /** The name to show: the one a person gave the run, else that of its configuration. */
  readonly label: string;
  /** `interrupted` where the worker is gone without having said how the run ended. */
  readonly state: RunState;
}

/** @throws SftError `unreadable` (exit code 2) where `folder` is not that of a run, or its files are damaged */
export async function readRun(folder: string): Promise<RunSummary> {
  const runFolder = new RunFolder(folder);
  const run = await runFolder.readRun();
  const artifacts = new RunArtifacts(runFolder.path, run.config);
  const label = (await readLabel(runFolder.path)) ?? run.name;
  return { folder: runFolder, run, artifacts, label, state: await readLiveState(runFolder) };
}

/** A worker that is gone cannot say so: the reader does. Nothing is written. */
export function withLife(state: RunState): RunState {
  if (!isWorking(state.status) || isAlive({ pid: state.pid, started: state.pid_started })) return state;
  const message = `the process of the run (${state.pid}) ended without finishing it; resume to go on from the last checkpoint`;
  return { ...state, status: 'interrupted', message };
}

/**
 * The state of a run, and whether its worker still lives. One that ended after its state was read has written what it ended with by
 * then: it is read again before it counts as interrupted.
 * @throws SftError `unreadable`
 */
export async function readLiveState(folder: RunFolder): Promise<RunState> {
  const state = withLife(await folder.readState());
  return state.status === 'interrupted' ? withLife(await folder.readState()) : state;
}

/**
 * The runs in a folder, newest first. Folders without run.json are not runs.
 *
 * @param onDamaged is told of each run whose files cannot be read; the others are listed all the same
 */
export async function listRuns(
  outputDir: string,
  onDamaged: (reason: string) => void = () => undefined,
): Promise<RunSummary[]> {
  const entries = await readdir(outputDir, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new SftError('unreadable', 'cannot be read', { file: outputDir, exitCode: 2, cause: error });
  });
  const runs: RunSummary[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const folder = path.join(outputDir, entry.name);
    if (!(await readdir(folder)).includes('run.json')) continue;
    try {
      runs.push(await readRun(folder));
    } catch (error) {
      if (!(error instanceof SftError)) throw error;
      onDamaged(formatError(error));
    }
  }
  return runs.sort((a, b) => b.run.created.localeCompare(a.run.created) || b.run.id.localeCompare(a.run.id));
}
