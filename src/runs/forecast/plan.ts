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
  /** Of taking the loss of examples at the end. */
  readonly lossWork: number;
  /** Of scoring the general questions once; 0 where retention is not measured. */
  readonly retentionWork: number;
  /** Weights that are trained: a checkpoint holds each three times. */
  readonly trainedWeights: number;
  /** What is answered before the first update and at each evaluation; `undefined` where nothing is. */
  readonly samples: QuestionPlan | undefined;
  /** What answering the test part takes, `undefined` where there is none. */
  readonly test: TestPlan | undefined;
}

/** Tokens of a question as it is asked, and of its reference. */
export interface QuestionSize {
  readonly prompt: number;
  readonly reference: number;
}

/** Questions to answer. */
export interface QuestionPlan {
  readonly questions: readonly QuestionSize[];
  readonly maxNewTokens: number;
  /** Questions that are answered side by side. */
  readonly atOnce: number;
  readonly pace: AnswerPace | undefined;
  /** Of one token of an answer. */
  readonly tokenWork: number;
}

export interface TestPlan extends QuestionPlan {
  /** Of scoring the references once. */
  readonly scoringWork: number;
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
  readonly samples: readonly QuestionSize[];
  readonly validation: readonly TrainableSequence[];
  readonly test: readonly TokenSequence[];
  /** Whose loss is taken at the end. */
  readonly losses: readonly TrainableSequence[];
  readonly general: readonly TrainableSequence[];
}

/** What a run that is about to begin or to go on will do. */
export function planOf(config: ResolvedConfig, run: PlannedRun): ForecastPlan {
  const { totalSteps, step, updateWork, trainedWeights, model, traits } = run;
  const scoring = (examples: readonly TrainableSequence[]): number =>
    examples.length === 0 ? 0 : workOf(model, planInOrder(sequencesOf(examples), traits));
  const test = limited(run.test, config);
  const answers = (questions: readonly QuestionSize[]): QuestionPlan => ({
    questions,
    maxNewTokens: config.max_new_tokens,
    atOnce: QUESTIONS_AT_ONCE,
    pace: run.answerPace,
    tokenWork: workOfToken(model),
  });
  return {
    totalSteps,
    step,
    evalSteps: config.eval_steps,
    saveSteps: config.save_steps,
    updateWork,
    validationWork: scoring(limited(run.validation, config)),
    lossWork: workOf(model, planInOrder(sequencesOf(run.losses), traits)),
    retentionWork: scoring(run.general),
    trainedWeights,
    samples: run.samples.length === 0 ? undefined : answers(run.samples),
    test: test.length === 0 ? undefined : { ...answers(test.map(questionSize)), scoringWork: scoring(test) },
  };
}

/** Of an example's last question and answer. */
export function questionSize({ ids, trained }: TokenSequence): QuestionSize {
  const last = trained.at(-1) ?? { from: ids.length, to: ids.length };
  return { prompt: last.from, reference: last.to - last.from };
}
