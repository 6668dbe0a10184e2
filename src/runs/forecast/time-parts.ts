import { PACE_SECONDS } from '../../generate/answer-pace';
import type { ForecastPlan, QuestionPlan, TestPlan } from './plan';

/** What each thing of a run takes, seconds. */
export interface Paces {
  /** An update. */
  readonly step: number;
  /** A multiplication in scoring. */
  readonly scoring: number;
  /** Measuring the validation loss, where it has been measured. */
  readonly validation?: number | undefined;
  /** Answering the sample prompts, where they have been answered. */
  readonly sample?: number | undefined;
  /** Saving a checkpoint, where one has been saved. */
  readonly save?: number | undefined;
}

/** What a run will still take, seconds by what it does. */
export interface TimeParts {
  readonly training: number;
  readonly validating: number;
  readonly sampling: number;
  readonly saving: number;
  /** Answering the test questions. */
  readonly evaluating: number;
  /** The loss on general questions, before and after. */
  readonly general: number;
  readonly scoring: number;
}

/** Bytes a second that reach the disk, until it is measured. */
const DISK = 400e6;

/** What a run that has made `step` updates will still take. */
export function timeParts(plan: ForecastPlan, step: number, paces: Paces): TimeParts {
  return {
    training: (plan.totalSteps - step) * paces.step,
    validating: plan.validationWork === 0 ? 0 : evaluationsLeft(plan, step) * validationSeconds(plan, paces),
    sampling: (evaluationsLeft(plan, step) + (step === 0 ? 1 : 0)) * sampleSeconds(plan, paces),
    // The result is written after the last checkpoint.
    saving: (savesLeft(plan, step) + 1) * saveSeconds(plan, paces),
    evaluating: plan.test === undefined ? 0 : evaluationSeconds(plan.test, paces.scoring),
    general: 2 * plan.retentionWork * paces.scoring,
    scoring: plan.lossWork * paces.scoring,
  };
}

export function sumOf(parts: TimeParts): number {
  return Object.values<number>({ ...parts }).reduce((sum, seconds) => sum + seconds, 0);
}

function evaluationsLeft({ evalSteps, totalSteps }: ForecastPlan, step: number): number {
  if (step >= totalSteps) return 0;
  return (evalSteps === null ? 0 : multiples(evalSteps, step, totalSteps - 1)) + 1;
}

export function validationSeconds({ validationWork }: ForecastPlan, { validation, scoring }: Paces): number {
  return validation ?? validationWork * scoring;
}

export function sampleSeconds({ samples }: ForecastPlan, { sample, scoring }: Paces): number {
  return samples === undefined ? 0 : (sample ?? answerSeconds(samples, 'tuned', scoring));
}

/** Checkpoints between the steps to come, and the last one. */
function savesLeft({ saveSteps, totalSteps }: ForecastPlan, step: number): number {
  if (step >= totalSteps) return 0;
  return (saveSteps === null ? 0 : multiples(saveSteps, step, totalSteps - 1)) + 1;
}

export function saveSeconds({ trainedWeights }: ForecastPlan, { save }: Pick<Paces, 'save'>): number {
  return save ?? (12 * trainedWeights) / DISK;
}

/** Both models score the references and answer the questions. */
function evaluationSeconds(test: TestPlan, scoring: number): number {
  return 2 * test.scoringWork * scoring + answerSeconds(test, 'base', scoring) + answerSeconds(test, 'tuned', scoring);
}

/** Multiples of `every` in (from, to]. */
function multiples(every: number, from: number, to: number): number {
  return Math.max(0, Math.floor(to / every) - Math.floor(from / every));
}

/**
 * Answering the questions in groups. The base model writes answers as long as those that were seen when its pace was measured; a tuned
 * one such as it was taught.
 * @param scoring seconds of a multiplication
 */
export function answerSeconds(asked: QuestionPlan, model: 'base' | 'tuned', scoring: number): number {
  let seconds = 0;
  for (let start = 0; start < asked.questions.length; start += asked.atOnce) {
    const { reading, writing } = groupSeconds(asked, start, model, scoring);
    seconds += reading + writing;
  }
  return seconds;
}

/** What measuring the pace of answers takes before the first update: the base model answers the first group, until its time is over. */
export function pacingSeconds(asked: QuestionPlan, scoring: number): number {
  const { reading, writing } = groupSeconds(asked, 0, 'base', scoring);
  return reading + Math.min(PACE_SECONDS, writing);
}

/** Of the questions from `start` on that are answered side by side. */
function groupSeconds(
  { pace, questions, maxNewTokens, atOnce, tokenWork }: QuestionPlan,
  start: number,
  model: 'base' | 'tuned',
  scoring: number,
): { reading: number; writing: number } {
  const group = questions.slice(start, start + atOnce);
  const lengths = group.map(({ reference }, at) => {
    const seen = pace?.lengths ?? [];
    const length = model === 'tuned' || seen.length === 0 ? reference : seen[at % seen.length]!;
    return Math.min(maxNewTokens, length);
  });
  const prompts = group.reduce((sum, { prompt }) => sum + prompt, 0);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  if (pace === undefined) return { reading: prompts * tokenWork * scoring, writing: tokens * tokenWork * scoring };
  return { reading: prompts * pace.prompt, writing: Math.max(...lengths) * pace.step + tokens * pace.row };
}
