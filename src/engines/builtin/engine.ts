import { measureAnswerPace, PACE_SECONDS, type AnswerPace } from '../../generate/answer-pace';
import type { ModelSession } from '../../generate/session';
import { LlamaModel } from '../../model/llama';
import { readCheckpoint, type TrainerState } from '../../train/checkpoint';
import type { Engine, Training, TrainingJob } from '../engine';
import { openTrainer } from './open-trainer';
import { BuiltinTraining } from './training';

const FRESH: TrainerState = { step: 0, best: null, evaluations_without_gain: 0 };

/** Trains in this process. */
export const builtinEngine: Engine = { name: 'builtin', open };

async function open(job: TrainingJob): Promise<Training> {
  const { config, places, from } = job;
  // A checkpoint is an adapter of its own: one that the configuration began from may be gone.
  const adapter = from === undefined || config.adapter === null ? config.adapter : places.checkpoint(from);
  let answerPace: AnswerPace | undefined;
  const { session, model, trainer, close } = await openTrainer(
    { ...job, config: { ...config, adapter } },
    from !== undefined,
    async (opened) => {
      answerPace = await paceOf(job, opened);
    },
  );
  try {
    const state = from === undefined ? FRESH : readCheckpoint(session.device, trainer, places.checkpoint(from));
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
