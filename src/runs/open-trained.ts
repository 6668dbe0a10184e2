import { openTuned, type ModelSession } from '../generate/session';
import { LlamaModel } from '../model/llama';
import { BaseWeights } from '../model/weights';
import type { Trained } from './artifacts';

/** A model on a device. */
export interface OpenedModel {
  readonly model: LlamaModel;
  free(): void;
}

/**
 * Loads what a run has trained.
 * @param session the run's base model
 * @throws SftError what opening throws
 */
export function openTrained(session: ModelSession, { form, folder }: Pick<Trained, 'form' | 'folder'>): OpenedModel {
  return form === 'adapter' ? openAdapter(session, folder) : openWeights(session, folder);
}

function openAdapter(session: ModelSession, folder: string): OpenedModel {
  const { model, tuning } = openTuned(session, folder);
  return {
    model,
    free: () => {
      model.free();
      tuning.free();
    },
  };
}

/** All weights anew, in the shape of the base model. */
function openWeights({ device, config }: ModelSession, folder: string): OpenedModel {
  const weights = new BaseWeights(device, folder, config);
  const model = new LlamaModel(device, config, weights);
  return {
    model,
    free: () => {
      model.free();
      weights.close();
    },
  };
}
