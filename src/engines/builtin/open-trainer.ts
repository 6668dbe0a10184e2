import { openWeights, type ModelSession } from '../../generate/session';
import { LlamaModel } from '../../model/llama';
import { Trainer } from '../../train/trainer';
import { createTuning, startTuning } from '../../tuning/registry';
import type { TrainingJob } from '../engine';

/** A trainer on a device of its own, with the model that it trains. */
export interface OpenTrainer {
  readonly session: ModelSession;
  readonly model: LlamaModel;
  readonly trainer: Trainer;
  /** Gives device and weights back. */
  readonly close: () => void;
}

/**
 * Opens device and weights, and a trainer of what the configuration trains as it stands before the first step.
 * @param resumes whether what is trained will be read from a checkpoint, so that its start is not needed
 * @param first done with the base model, in memory that is given back before training takes its own
 * @throws SftError what opening device, weights and adapter throws
 */
export async function openTrainer(
  { config, model: folder, train, openDevice }: Pick<TrainingJob, 'config' | 'model' | 'train' | 'openDevice'>,
  resumes = false,
  first: (session: ModelSession) => Promise<void> = () => Promise.resolve(),
): Promise<OpenTrainer> {
  const opened = await openDevice();
  const { device } = opened;
  const toFree: (() => void)[] = [
    () => {
      opened.close();
    },
  ];
  const close = (): void => {
    for (const free of toFree.splice(0).reverse()) free();
  };
  try {
    const session = openWeights(device, folder);
    toFree.push(() => {
      session.close();
    });
    const tuning = resumes ? createTuning(session, config) : await startTuning(session, config);
    toFree.push(() => {
      tuning.free();
    });
    await first(session);
    const model = new LlamaModel(device, session.config, session.weights, tuning);
    toFree.push(() => {
      model.free();
    });
    const trainer = new Trainer(device, model, train, config);
    toFree.push(() => {
      trainer.free();
    });
    return { session, model, trainer, close };
  } catch (error) {
    close();
    throw error;
  }
}
