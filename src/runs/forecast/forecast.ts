import type { ForecastPlan } from './plan';
import {
  answerSeconds,
  sampleSeconds,
  saveSeconds,
  sumOf,
  timeParts,
  validationSeconds,
  type Paces,
} from './time-parts';

/** What a worker can be at between start and end. */
export type Doing = 'training' | 'validating' | 'sampling' | 'saving' | 'evaluating' | 'scoring';

/** Pace is told from the last so many steps: long ones early on do not count for ever. */
const WINDOW = 50;
/** Scoring against training on the same, until it is measured: the forward pass without the backward one. */
const SCORING_SHARE = 0.4;

/**
 * How long a run will still take: its steps, validation losses, checkpoints, and the answers to the test questions by both models. Each
 * part is told from what it took so far, and before it has happened from what the steps took.
 */
export class Forecast {
  private doing: Doing = 'training';
  /** When what is under way began, ms. */
  private since: number;
  private step: number;
  /** Seconds of each of the last ones. */
  private readonly steps: number[];
  /** Of the first one of this process, which also lays out memory and reads the weights from the disk: it counts where no other does. */
  private first: number | undefined;
  private validation: number | undefined;
  private sample: number | undefined;
  private save: number | undefined;
  /** How far the test questions are answered by the present model in this go: since when, and when the last answers came, ms. */
  private answers:
    | {
        readonly model: 'base' | 'tuned';
        readonly fresh: number;
        readonly done: number;
        readonly began: number;
        readonly at: number;
      }
    | undefined;

  /**
   * @param earlier seconds of the steps that were done before this process, in order
   * @param now a clock, ms
   */
  constructor(
    private readonly plan: ForecastPlan,
    earlier: readonly number[] = [],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.step = plan.step;
    this.steps = earlier.slice(-WINDOW);
    this.since = now();
  }

  /** Something else begins; what lies between, as a pause, is counted to nothing. */
  begin(doing: Doing): void {
    this.doing = doing;
    this.since = this.now();
    this.answers = undefined;
  }

  /** A step has ended. */
  stepped(step: number): void {
    this.step = step;
    const seconds = this.elapsed();
    if (this.first === undefined) this.first = seconds;
    else this.steps.push(seconds);
    if (this.steps.length > WINDOW) this.steps.shift();
    this.begin('training');
  }

  validated(): void {
    this.validation = this.elapsed();
    this.begin('training');
  }

  /** The sample prompts are answered. */
  sampled(): void {
    this.sample = this.elapsed();
    this.begin('training');
  }

  saved(): void {
    this.save = this.elapsed();
    this.begin('training');
  }

  /**
   * So many of the test questions are answered by this model; told of first when it begins to answer.
   * @param fresh those of them since then
   */
  answered(model: 'base' | 'tuned', fresh: number, done: number): void {
    const at = this.now();
    const began = this.answers?.model === model ? this.answers.began : at;
    this.answers = { model, fresh, done, began, at };
  }

  /** Seconds until the run is done; undefined before its first step. */
  left(): number | undefined {
    const { plan, step, doing } = this;
    const paces = this.paces();
    const scoring = plan.lossWork * (paces?.scoring ?? 0);
    if (doing === 'scoring') return Math.max(0, scoring - this.elapsed());
    if (doing === 'evaluating') {
      const left = this.evaluationLeft();
      return left === undefined ? undefined : left + scoring;
    }
    if (paces === undefined) return undefined;
    const under = {
      training: paces.step,
      validating: validationSeconds(plan, paces),
      sampling: sampleSeconds(plan, paces),
      saving: saveSeconds(plan, paces),
    }[doing];
    // What was begun is not among those to come.
    const begun = doing === 'training' ? 0 : under;
    return Math.max(0, sumOf(timeParts(plan, step, paces)) + begun - Math.min(this.elapsed(), under));
  }

  private elapsed(): number {
    return this.waited(this.since);
  }

  /** As they were in this run so far; undefined before its first step. */
  private paces(): Paces | undefined {
    const { plan, steps, first, validation, sample, save } = this;
    const step = steps.length === 0 ? first : steps.reduce((sum, one) => sum + one, 0) / steps.length;
    if (step === undefined) return undefined;
    const scoring =
      validation !== undefined && plan.validationWork > 0
        ? validation / plan.validationWork
        : (step / Math.max(1, plan.updateWork)) * SCORING_SHARE;
    return { step, scoring, validation, sample, save };
  }

  private evaluationLeft(): number | undefined {
    const { test } = this.plan;
    if (test === undefined) return 0;
    const scoring = this.paces()?.scoring;
    const { answers } = this;
    if (answers === undefined || answers.fresh === 0) {
      if (scoring === undefined) return undefined;
      const rest = 1 - (answers?.done ?? 0) / test.questions.length;
      const tuned = answerSeconds(test, 'tuned', scoring);
      if (answers?.model === 'tuned') return Math.max(0, rest * tuned - this.waited(answers.at));
      const before = answers === undefined ? test.scoringWork * scoring : 0;
      const base = before + rest * answerSeconds(test, 'base', scoring);
      return Math.max(0, base - this.waited(answers?.at ?? this.since)) + test.scoringWork * scoring + tuned;
    }
    const { model, fresh, done, began, at } = answers;
    const total = test.questions.length;
    const answer = (at - began) / 1000 / fresh;
    let left = (total - done) * answer;
    if (model === 'base') {
      // As much faster or slower than was expected as the base model was.
      const expected = scoring === undefined ? 0 : answerSeconds(test, 'base', scoring);
      const share = expected === 0 ? 1 : answerSeconds(test, 'tuned', scoring!) / expected;
      left += total * answer * share + test.scoringWork * (scoring ?? 0);
    }
    return Math.max(0, left - this.waited(at));
  }

  /** Seconds since a time in ms. */
  private waited(since: number): number {
    return (this.now() - since) / 1000;
  }
}
