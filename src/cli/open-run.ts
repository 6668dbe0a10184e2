import type { Device } from '../compute/device';
import { SftError } from '../base/errors';
import type { ModelSession } from '../generate/session';
import type { LlamaModel } from '../model/llama';
import { openTrained } from '../runs/open-trained';
import { openBase } from '../runs/worker/prepare';
import { readRun, type RunSummary } from '../runs/read-runs';
import { requireModel } from '../runs/require-model';
import { openDeviceOption } from './open-device';
import type { OptionValues } from './verb';

/** A finished run with its base model and its result on a device. */
export interface OpenedRun {
  readonly device: Device;
  readonly run: RunSummary;
  readonly session: ModelSession;
  readonly tuned: LlamaModel;
}

/**
 * Opens a run's base model and result.
 * @param moved where the base model is now, which the run then remembers
 * @throws SftError run-not-done where there is no result yet, and what opening throws
 */
export async function openRun(folder: string, options: OptionValues, moved?: string): Promise<OpenedRun> {
  const run = await readRun(folder);
  if (run.state.status !== 'done') {
    throw new SftError('run-not-done', `the run is ${run.state.status}: it has no result yet`, {
      file: folder,
      remedy: 'finish it first with `sft train --run DIR --resume`',
    });
  }
  await requireModel(run, moved);
  const { config } = await run.folder.readRun();
  const device = await openDeviceOption(options);
  const session = await openBase(device, config);
  return { device, run, session, tuned: openTrained(session, run.artifacts.tuned).model };
}
