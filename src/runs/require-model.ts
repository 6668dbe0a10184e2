import { stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { readLlamaConfig } from '../model/llama-config';
import { readRun, type RunSummary } from './read-runs';

/** Whether the model that a run was made from is where the run says. */
export async function hasModel({ run }: Pick<RunSummary, 'run'>): Promise<boolean> {
  const entry = await stat(run.config.model_name).catch(() => undefined);
  return entry?.isDirectory() === true;
}

/**
 * Makes sure that a run finds its model, before anything goes on with it.
 * @param moved where it is now, which the run then remembers
 * @throws SftError model-moved, and what a folder that is no model's throws
 */
export async function requireModel(summary: Pick<RunSummary, 'run' | 'folder'>, moved?: string): Promise<void> {
  if (moved !== undefined) {
    const model = path.resolve(moved);
    readLlamaConfig(model);
    await summary.folder.moveModel(model);
  } else if (!(await hasModel(summary))) {
    throw new SftError('model-moved', 'the model of this run is no longer here', {
      file: summary.run.config.model_name,
      remedy: 'give the folder where it is now, once: --model DIR',
      exitCode: 2,
    });
  }
}

/**
 * A run whose model is where the run says.
 * @param moved where it is now, which the run then remembers
 * @throws SftError what readRun and requireModel throw
 */
export async function readRunWithModel(folder: string, moved?: string): Promise<RunSummary> {
  const summary = await readRun(folder);
  await requireModel(summary, moved);
  return moved === undefined ? summary : readRun(folder);
}
