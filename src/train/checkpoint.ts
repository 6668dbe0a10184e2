import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { Device } from '../compute/device';
import { SftError } from '../base/errors';
import { count, number, open, problemIn, type TypeOf } from '../base/shapes';
import { readTensors, writeTensors } from '../model/parameter-file';
import type { Trainer } from './trainer';

const OPTIMIZER = 'optimizer.safetensors';
const STATE = 'trainer_state.json';

/** What a run remembers beside weights and moments. */
const TRAINER_STATE = open({
  /** The data cursor and the dropout counter as well. */
  step: count,
  /** Best validation loss so far and its step; null before the first evaluation. */
  best: v.nullable(open({ step: count, loss: number })),
  /** Evaluations since the best one, for early stopping. */
  evaluations_without_gain: count,
});
export type TrainerState = TypeOf<typeof TRAINER_STATE>;

/** Writes a checkpoint into an empty folder: what was trained, the optimizer's moments, the state. The caller renames it into place. */
export async function writeCheckpoint(
  device: Device,
  trainer: Trainer,
  state: TrainerState,
  baseModel: string,
  folder: string,
): Promise<void> {
  await trainer.tuning.write(device, baseModel, folder);
  await writeTensors(device, path.join(folder, OPTIMIZER), trainer.optimizer.state);
  await writeFile(path.join(folder, STATE), `${JSON.stringify(state, null, 2)}\n`);
}

/**
 * Puts the trainer and what it trains back to where the checkpoint was written.
 * @throws SftError corrupt-checkpoint, and what reading the tensors throws
 */
export function readCheckpoint(device: Device, trainer: Trainer, folder: string): TrainerState {
  // First the small file: what is wrong with it is said before anything is changed.
  const state = readTrainerState(folder);
  trainer.tuning.read(device, folder);
  readTensors(device, path.join(folder, OPTIMIZER), trainer.optimizer.state);
  trainer.optimizer.updates = state.step;
  return state;
}

/** What a checkpoint remembers beside weights and moments. @throws SftError corrupt-checkpoint */
export function readTrainerState(folder: string): TrainerState {
  const file = path.join(folder, STATE);
  const refuse = (reason: string, cause?: unknown): SftError =>
    new SftError('corrupt-checkpoint', `the state of the checkpoint cannot be read: ${reason}`, {
      file,
      remedy: 'delete this checkpoint folder; the run resumes from the one before it',
      exitCode: 2,
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse('it is not a file of JSON', error);
  }
  const result = v.safeParse(TRAINER_STATE, value);
  if (!result.success) throw refuse(problemIn(result.issues, ''));
  // A folder says its step in its name: a state of another step is not this checkpoint's.
  const named = /^step-(\d+)$/.exec(path.basename(folder))?.[1];
  const { step } = result.output;
  if (named !== undefined && Number(named) !== step) throw refuse(`step is ${step}, the folder is of step ${named}`);
  return result.output;
}
