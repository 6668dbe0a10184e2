import type { AnswerPace } from '../../generate/answer-pace';

/** What a worker can be at between start and end. */
export type Doing = 'training' | 'validating' | 'saving' | 'evaluating';

/** What a run will do, as far as it is known before it begins. */
export interface ForecastPlan {
  readonly totalSteps: number;
  /** Updates done when this worker began. */
  readonly step: number;
  readonly evalSteps: number | null;
  readonly saveSteps: number | null;
  /** Of the examples that the validation loss is measured on; 0 without any. */
  readonly validationTokens: number;
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
}

/** Pace is told from the last so many steps: long ones early on do not count for ever. */
const WINDOW = 50;
/** Scoring a token against training on it, until it is measured: the forward pass without the backward one. */
const SCORING_SHARE = 0.4;
/** Bytes a second that reach the disk, until it is measured. */
const DISK = 400e6;

/**
 * How long a run will still take: its steps, validation losses, checkpoints, and the answers to the test questions by both models. Each
 * part is told from what it took so far, and before it has happened from what the steps took.
 */
export class Forecast {
  private doing: Doing = 'training';
  /** When what is under way began, ms. */
  private since: number;
  private step: number;
  private readonly steps: { readonly seconds: number; readonly tokens: number }[] = [];
  private counted = 0;
  private validation: number | undefined;
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

  /** @param now a clock, ms */
  constructor(
    private readonly plan: ForecastPlan,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.step = plan.step;
    this.since = now();
  }

  /** Something else begins; what lies between, as a pause, is counted to nothing. */
  begin(doing: Doing): void {
    this.doing = doing;
    this.since = this.now();
    this.answers = undefined;
  }

  /** A step has ended. */
  stepped(step: number, tokens: number): void {
    this.step = step;
    this.counted += 1;
    // The first one also lays out memory and reads the weights from the disk.
    if (this.counted === 2) this.steps.length = 0;
    this.steps.push({ seconds: this.elapsed(), tokens });
    if (this.steps.length > WINDOW) this.steps.shift();
    this.begin('training');
  }

  validated(): void {
    this.validation = this.elapsed();
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

  /** Seconds until the run is done; undefined before the first step. */
  left(): number | undefined {
    const { plan, step, doing } = this;
    const each = this.perStep();
    if (doing === 'evaluating') return this.evaluationLeft();
    if (each === undefined) return undefined;
    const parts: Readonly<Record<Doing, number>> = {
      training: (plan.totalSteps - step) * each.seconds,
      validating: this.validationsLeft() * this.validationSeconds(each),
      saving: (this.savesLeft() + 1) * this.saveSeconds(),
      evaluating: this.evaluationSeconds(each),
    };
    const under = { training: each.seconds, validating: this.validationSeconds(each), saving: this.saveSeconds() }[
      doing
    ];
    // What was begun is not among those to come.
    const begun = doing === 'training' ? 0 : under;
    const sum = parts.training + parts.validating + parts.saving + parts.evaluating + begun;
    return Math.max(0, sum - Math.min(this.elapsed(), under));
  }

  private elapsed(): number {
    return this.waited(this.since);
  }

  private perStep(): { readonly seconds: number; readonly perToken: number } | undefined {
    if (this.steps.length === 0) return undefined;
    const seconds = this.steps.reduce((sum, one) => sum + one.seconds, 0);
    const tokens = this.steps.reduce((sum, one) => sum + one.tokens, 0);
    return { seconds: seconds / this.steps.length, perToken: seconds / Math.max(1, tokens) };
  }

  private validationsLeft(): number {
    const { validationTokens, evalSteps, totalSteps } = this.plan;
    if (validationTokens === 0 || this.step >= totalSteps) return 0;
    const among = evalSteps === null ? 0 : multiples(evalSteps, this.step, totalSteps - 1);
    return among + 1;
  }

  private validationSeconds({ perToken }: { readonly perToken: number }): number {
    return this.validation ?? this.plan.validationTokens * perToken * SCORING_SHARE;
  }

  /** Checkpoints between the steps to come, and the last one. */
  private savesLeft(): number {
    const { saveSteps, totalSteps } = this.plan;
    if (this.step >= totalSteps) return 0;
    return (saveSteps === null ? 0 : multiples(saveSteps, this.step, totalSteps - 1)) + 1;
  }

  private saveSeconds(): number {
    return this.save ?? (12 * this.plan.trainedWeights) / DISK;
  }

  /** Seconds of scoring a token. */
  private scoring(perToken: number): number {
    const { validationTokens } = this.plan;
    return this.validation !== undefined && validationTokens > 0
      ? this.validation / validationTokens
      : perToken * SCORING_SHARE;
  }

  private evaluationSeconds({ perToken }: { readonly perToken: number }): number {
    const { test } = this.plan;
    if (test === undefined) return 0;
    const scoring = this.scoring(perToken);
    return (
      2 * scoringSeconds(test, scoring) + answerSeconds(test, 'base', scoring) + answerSeconds(test, 'tuned', scoring)
    );
  }

  private evaluationLeft(): number | undefined {
    const { test } = this.plan;
    if (test === undefined) return 0;
    const each = this.perStep();
    const scoring = each === undefined ? undefined : this.scoring(each.perToken);
    const { answers } = this;
    if (answers === undefined || answers.fresh === 0) {
      if (scoring === undefined) return undefined;
      const rest = 1 - (answers?.done ?? 0) / test.questions.length;
      const tuned = answerSeconds(test, 'tuned', scoring);
      if (answers?.model === 'tuned') return Math.max(0, rest * tuned - this.waited(answers.at));
      const before = answers === undefined ? scoringSeconds(test, scoring) : 0;
      const base = before + rest * answerSeconds(test, 'base', scoring);
      return Math.max(0, base - this.waited(answers?.at ?? this.since)) + scoringSeconds(test, scoring) + tuned;
    }
    const { model, fresh, done, began, at } = answers;
    const total = test.questions.length;
    const answer = (at - began) / 1000 / fresh;
    let left = (total - done) * answer;
    if (model === 'base') {
      // As much faster or slower than was expected as the base model was.
      const expected = scoring === undefined ? 0 : answerSeconds(test, 'base', scoring);
      const share = expected === 0 ? 1 : answerSeconds(test, 'tuned', scoring!) / expected;
      left += total * answer * share + scoringSeconds(test, scoring ?? 0);
    }
    return Math.max(0, left - this.waited(at));
  }

  /** Seconds since a time in ms. */
  private waited(since: number): number {
    return (this.now() - since) / 1000;
  }
}

/** Scoring the references. @param scoring seconds of a token */
function scoringSeconds({ questions }: TestPlan, scoring: number): number {
  return scoring * questions.reduce((sum, { prompt, reference }) => sum + prompt + reference, 0);
}

/** Multiples of `every` in (from, to]. */
function multiples(every: number, from: number, to: number): number {
  return Math.max(0, Math.floor(to / every) - Math.floor(from / every));
}

/**
 * Answering the questions in groups. The base model writes answers as long as those that were seen when its pace was measured; a tuned
 * one such as it was taught.
 */
function answerSeconds(test: TestPlan, model: 'base' | 'tuned', scoring: number): number {
  const { pace, questions, maxNewTokens, atOnce } = test;
  let seconds = 0;
  for (let start = 0; start < questions.length; start += atOnce) {
    const group = questions.slice(start, start + atOnce);
    const lengths = group.map(({ reference }, at) => {
      const seen = pace?.lengths ?? [];
      const length = model === 'tuned' || seen.length === 0 ? reference : seen[at % seen.length]!;
      return Math.min(maxNewTokens, length);
    });
    const prompts = group.reduce((sum, { prompt }) => sum + prompt, 0);
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    seconds +=
      pace === undefined
        ? (prompts + tokens) * scoring
        : prompts * pace.prompt + Math.max(...lengths) * pace.step + tokens * pace.row;
  }
  return seconds;
}
