import type { ResolvedConfig } from '../../config/config-schema';
import type { DeviceTraits } from '../../compute/traits';
import type { AnswerPace } from '../../generate/answer-pace';
import { QUESTIONS_AT_ONCE } from '../../generate/answer';
import { sequencesOf, type TokenSequence, type TrainableSequence } from '../../model/batch';
import type { LlamaConfig } from '../../model/llama-config';
import { planInOrder } from '../../model/passes';
import { workOf, workOfToken } from '../../model/work';
import { limited } from '../worker/prepare';

/** What a run will do, as far as it is known before it begins. Work is counted in multiplications, see `workOf`. */
export interface ForecastPlan {
  readonly totalSteps: number;
  /** Updates done when this worker began. */
  readonly step: number;
  readonly evalSteps: number | null;
  readonly saveSteps: number | null;
  /** Of an update, the mean. */
  readonly updateWork: number;
  /** Of measuring the validation loss; 0 without a validation part. */
  readonly validationWork: number;
  /** Weights that are trained: a checkpoint holds each three times. */
  readonly trainedWeights: number;
  /** What answering the test part takes, `undefined` where there is none. */
  readonly test: TestPlan | undefined;
}

export interface TestPlan {
  /** Tokens of each question as it is asked, and of its reference. */
  readonly questions: readonly { readonly prompt: number; readonly reference: number }[];
  readonly maxNewTokens: number;
  /** Questions that are answered side by side. */
  readonly atOnce: number;
  readonly pace: AnswerPace | undefined;
  /** Of scoring the references once. */
  readonly scoringWork: number;
  /** Of one token of an answer. */
  readonly tokenWork: number;
}

/** What is known of a run besides its configuration. */
export interface PlannedRun {
  readonly model: LlamaConfig;
  readonly traits: DeviceTraits;
  readonly totalSteps: number;
  readonly step: number;
  readonly updateWork: number;
  readonly trainedWeights: number;
  readonly answerPace: AnswerPace | undefined;
  readonly validation: readonly TrainableSequence[];
  readonly test: readonly TokenSequence[];
}

/** What a run that is about to begin or to go on will do. */
export function planOf(config: ResolvedConfig, run: PlannedRun): ForecastPlan {
  const { totalSteps, step, updateWork, trainedWeights, model, traits } = run;
  const scoring = (examples: readonly TrainableSequence[]): number =>
    workOf(model, planInOrder(sequencesOf(limited(examples, config)), traits));
  const test = limited(run.test, config);
  return {
    totalSteps,
    step,
    evalSteps: config.eval_steps,
    saveSteps: config.save_steps,
    updateWork,
    validationWork: run.validation.length === 0 ? 0 : scoring(run.validation),
    trainedWeights,
    test:
      test.length === 0
        ? undefined
        : {
            questions: test.map(({ ids, trained }) => {
              const last = trained.at(-1) ?? { from: ids.length, to: ids.length };
              return { prompt: last.from, reference: last.to - last.from };
            }),
            maxNewTokens: config.max_new_tokens,
            atOnce: QUESTIONS_AT_ONCE,
            pace: run.answerPace,
            scoringWork: scoring(test),
            tokenWork: workOfToken(model),
          },
  };
}
