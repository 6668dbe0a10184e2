import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Device } from '../compute/device';
import { SftError } from '../base/errors';
import { readTensors, writeTensors, type NamedTensor } from '../model/parameter-file';
import type { Trainer } from './trainer';

const OPTIMIZER = 'optimizer.safetensors';
const STATE = 'trainer_state.json';

/** What a run remembers beside weights and moments. The step is the data cursor and the dropout counter as well. */
export interface TrainerState {
  readonly step: number;
  /** Best validation loss so far and its step; null before the first evaluation. */
  readonly best: { readonly step: number; readonly loss: number } | null;
  /** Evaluations since the best one, for early stopping. */
  readonly evaluations_without_gain: number;
}

/** Writes a checkpoint into an empty folder: what was trained, the optimizer's moments, the state. The caller renames it into place. */
export async function writeCheckpoint(
  device: Device,
  trainer: Trainer,
  state: TrainerState,
  baseModel: string,
  folder: string,
): Promise<void> {
  await trainer.tuning.write(device, baseModel, folder);
  await writeTensors(device, path.join(folder, OPTIMIZER), moments(trainer));
  await writeFile(path.join(folder, STATE), `${JSON.stringify(state, null, 2)}\n`);
}

/**
 * Puts the trainer and what it trains back to where the checkpoint was written.
 * @throws SftError corrupt-checkpoint, and what reading the tensors throws
 */
export function readCheckpoint(device: Device, trainer: Trainer, folder: string): TrainerState {
  // First the small file: what is wrong with it is said before anything is changed.
  const state = readState(folder);
  readTensors(device, path.join(folder, trainer.tuning.weightsFile), trainer.parameters.all());
  readTensors(device, path.join(folder, OPTIMIZER), moments(trainer));
  trainer.optimizer.updates = state.step;
  return state;
}

function readState(folder: string): TrainerState {
  const file = path.join(folder, STATE);
  let value: unknown;
  let cause: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    cause = error;
  }
  // A folder says its step in its name: a state of another step is not this checkpoint's.
  const named = /^step-(\d+)$/.exec(path.basename(folder))?.[1];
  if (isState(value) && (named === undefined || Number(named) === value.step)) return value;
  throw new SftError('corrupt-checkpoint', 'the state of the checkpoint cannot be read', {
    file,
    remedy: 'delete this checkpoint folder; the run resumes from the one before it',
    exitCode: 2,
    cause,
  });
}

function isState(value: unknown): value is TrainerState {
  if (typeof value !== 'object' || value === null) return false;
  const { step, best, evaluations_without_gain: without } = value as Readonly<Record<string, unknown>>;
  return isCount(step) && isCount(without) && (best === null || isBest(best));
}

function isBest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { step, loss } = value as Readonly<Record<string, unknown>>;
  return isCount(step) && typeof loss === 'number';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function moments({ optimizer, parameters }: Trainer): NamedTensor[] {
  const shape = [parameters.length];
  return [
    { name: 'exp_avg', shape, value: optimizer.firstMoments },
    { name: 'exp_avg_sq', shape, value: optimizer.secondMoments },
  ];
}
