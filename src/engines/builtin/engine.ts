import { measureAnswerPace, type AnswerPace } from '../../generate/answer-pace';
import { openWeights, type ModelSession } from '../../generate/session';
import { LlamaModel } from '../../model/llama';
import { methodOf, startTuning } from '../../tuning/registry';
import { readCheckpoint, type TrainerState } from '../../train/checkpoint';
import { Trainer } from '../../train/trainer';
import type { Engine, Training, TrainingJob } from '../engine';
import { BuiltinTraining } from './training';

const FRESH: TrainerState = { step: 0, best: null, evaluations_without_gain: 0 };

/** Answers are timed for about so long before the first step. */
const PACE_SECONDS = 1;

/** Trains in this process. */
export const builtinEngine: Engine = { name: 'builtin', open };

async function open(job: TrainingJob): Promise<Training> {
  const { config, places, from } = job;
  const opened = await job.openDevice();
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
    const session = openWeights(device, job.model);
    toFree.push(() => {
      session.close();
    });
    // A checkpoint is an adapter of its own: one that the configuration began from may be gone.
    const adapter =
      from === undefined || methodOf(config).form !== 'adapter' ? config.adapter : places.checkpoint(from);
    const tuning = startTuning(session, { ...config, adapter });
    toFree.push(() => {
      tuning.parameters.free();
    });
    const answerPace = await paceOf(job, session);
    const model = new LlamaModel(device, session.config, session.weights, tuning);
    toFree.push(() => {
      model.free();
    });
    const trainer = new Trainer(device, model, job.train, config);
    toFree.push(() => {
      trainer.free();
    });
    const state = from === undefined ? FRESH : readCheckpoint(device, trainer, places.checkpoint(from));
    const { parameters } = session.weights;
    return new BuiltinTraining({ job, chat: session.chat, model, trainer, state, parameters, answerPace, close });
  } catch (error) {
    close();
    throw error;
  }
}

/** Measured by the base model, in memory that is given back before training takes its own. */
async function paceOf({ config, questions = [] }: TrainingJob, session: ModelSession): Promise<AnswerPace | undefined> {
  if (questions.length === 0) return undefined;
  const model = new LlamaModel(session.device, session.config, session.weights);
  try {
    const options = { maxNewTokens: config.max_new_tokens, budget: PACE_SECONDS };
    return await measureAnswerPace(model, session.chat, questions, options);
  } finally {
    model.free();
  }
}
