import type { RunCurves } from '../train/health/finding';
import type { RunEvent } from './folder/event-schema';

/** Columns that an update of the weights has a value in. */
export const STEP_COLUMNS = [
  'step',
  'loss',
  'learning_rate',
  'grad_norm',
  'tokens',
  'tokens_per_second',
  'epoch',
  'peak_memory',
  'time',
] as const;
export type StepColumn = (typeof STEP_COLUMNS)[number];

/** What the model answered to the sample prompts after `step` updates. */
export type SamplePoint = Pick<Extract<RunEvent, { readonly type: 'samples' }>, 'step' | 'answers'>;

export interface EvaluationPoint {
  readonly step: number;
  readonly loss: number;
  readonly best: boolean;
}

type StepEvent = Extract<RunEvent, { readonly type: 'step' }>;

const FIRST_CAPACITY = 1024;

/**
 * What was measured in a run, folded from its events one after the other. A run that was resumed has events of some steps twice: those
 * after its last checkpoint, which were done again. Here each step stands once, as it was done last.
 */
export class Curves {
  /** How often steps were taken back: whoever holds a copy of the first points takes all again when it changes. */
  revision = 0;
  evaluations: readonly EvaluationPoint[] = [];
  samples: readonly SamplePoint[] = [];
  /** Updates planned; null before the first `start`. */
  total_steps: number | null = null;
  train_examples: number | undefined;
  /** How the run ended; undefined while it goes on. */
  ended: 'done' | 'failed' | 'stopped' | undefined;
  /** The loss on general questions before and after training. */
  retention: { readonly base: number; readonly tuned: number } | undefined;
  failure: { readonly code: string; readonly message: string; readonly step?: number } | undefined;

  #length = 0;
  #columns: Record<StepColumn, Float64Array> = columnsOf(FIRST_CAPACITY);

  /** Number of steps. */
  get length(): number {
    return this.#length;
  }

  /**
   * The columns, each `length` long, in the order of steps: views that the next event may leave behind. `time` is in ms since 1970; what
   * an older run did not write is NaN.
   */
  get steps(): Readonly<Record<StepColumn, Float64Array>> {
    return Object.fromEntries(
      STEP_COLUMNS.map((name) => [name, this.#columns[name].subarray(0, this.#length)]),
    ) as Record<StepColumn, Float64Array>;
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'start':
        this.#goOnFrom(event.resumed_from ?? 0);
        this.total_steps = event.total_steps;
        this.train_examples = event.train_examples;
        return;
      case 'step':
        this.#addStep(event);
        return;
      case 'evaluation': {
        const { step, loss, best = false } = event;
        this.evaluations = [...this.evaluations, { step, loss, best }];
        return;
      }
      case 'retention': {
        const { base, tuned } = event;
        this.retention = { base, tuned };
        return;
      }
      case 'samples': {
        const { step, answers } = event;
        // A run that begins anew answers before its first step again.
        this.samples = [...this.samples.filter((sample) => sample.step < step), { step, answers }];
        return;
      }
      case 'failed': {
        const { code, message, step } = event;
        this.ended = 'failed';
        this.failure = { code, message, ...(step === undefined ? {} : { step }) };
        return;
      }
      case 'done':
      case 'stopped':
        this.ended = event.type;
        return;
      default:
        return;
    }
  }

  /** Training goes on after `step` updates: what was done beyond it is done again. */
  #goOnFrom(step: number): void {
    this.ended = undefined;
    this.retention = undefined;
    this.failure = undefined;
    const steps = this.#columns.step;
    let length = this.#length;
    while (length > 0 && steps[length - 1]! > step) length--;
    const evaluations = this.evaluations.filter((evaluation) => evaluation.step <= step);
    const samples = this.samples.filter((sample) => sample.step <= step);
    const before = this.evaluations.length + this.samples.length;
    if (length === this.#length && evaluations.length + samples.length === before) return;
    this.#length = length;
    this.samples = samples;
    this.evaluations = evaluations;
    this.revision += 1;
  }

  #addStep(event: StepEvent): void {
    if (this.#length === this.#columns.step.length) this.#grow();
    const at = this.#length++;
    for (const name of STEP_COLUMNS) {
      this.#columns[name][at] = name === 'time' ? Date.parse(event.time) : (event[name] ?? NaN);
    }
  }

  #grow(): void {
    const larger = columnsOf(this.#length * 2);
    for (const name of STEP_COLUMNS) larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}

function columnsOf(length: number): Record<StepColumn, Float64Array> {
  return Object.fromEntries(STEP_COLUMNS.map((name) => [name, new Float64Array(length)])) as Record<
    StepColumn,
    Float64Array
  >;
}

/** The curves of all events so far. */
export function foldEvents(events: Iterable<RunEvent>): Curves {
  const curves = new Curves();
  for (const event of events) curves.add(event);
  return curves;
}

/** The curves as the health advice reads them: what is not known yet is left out. */
export function runCurves(curves: Pick<Curves, keyof RunCurves>): RunCurves {
  const { steps, evaluations, total_steps, train_examples, retention, ended, failure } = curves;
  return {
    steps,
    evaluations,
    total_steps,
    ...(train_examples === undefined ? {} : { train_examples }),
    ...(retention === undefined ? {} : { retention }),
    ...(ended === undefined ? {} : { ended }),
    ...(failure === undefined ? {} : { failure }),
  };
}
