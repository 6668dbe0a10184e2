import { answerFields, requestMessages } from './requests';
import { closed, count, flag, list, maybe, number, oneOf, text, type TypeOf } from '../base/shapes';
import { bytes, messages, nothing, numbers } from './messages';

/** What a person can read of a run from its start on. */
const runFacts = closed({
  /** The run folder, absolute. */
  folder: text,
  name: text,
  /** `20260102-101500-faq`: told where two runs have one name. */
  id: text,
  created: text,
  model: text,
  dataset: text,
  /** What it learnt from and was validated on: equal where losses were taken on the same examples. */
  data: text,
});
export type RunFacts = TypeOf<typeof runFacts>;

const runStatus = closed({
  status: oneOf(
    'starting',
    'queued',
    'running',
    'pausing',
    'paused',
    'stopping',
    'done',
    'failed',
    'stopped',
    'interrupted',
    'unreadable',
  ),
  step: count,
  totalSteps: maybe(count),
  /** Seconds until the run is done, evaluation included, as its worker expects. */
  secondsLeft: maybe(number),
  /** Seconds that the steps took so far, the sum. */
  secondsTaken: maybe(number),
  device: maybe(text),
  /** The machine that a run works on, where it is another. */
  host: maybe(text),
  /** Tokens that the examples of an update begin with alike and that are computed once, where it is known. */
  sharedTokens: maybe(count),
  /** Why it failed or waits, or what it does. */
  message: maybe(text),
  /** The loss on general questions before and after training, once it was measured. */
  retention: maybe(closed({ base: number, tuned: number })),
  /** What the worker warned of; training went on. */
  warnings: list(text),
});
export type DashboardStatus = TypeOf<typeof runStatus>;

/** The measured values of steps, one after the other. All columns are equally long. */
const stepColumns = closed({
  step: numbers,
  loss: numbers,
  learning_rate: numbers,
  grad_norm: numbers,
  tokens_per_second: numbers,
  peak_memory: numbers,
});
export type StepColumns = TypeOf<typeof stepColumns>;
export const DRAWN_COLUMNS = [
  'step',
  'loss',
  'learning_rate',
  'grad_norm',
  'tokens_per_second',
  'peak_memory',
] as const satisfies readonly (keyof StepColumns)[];

const advice = closed({
  severity: oneOf('error', 'warning', 'info'),
  since: count,
  title: text,
  message: text,
  /** Each edits the configuration, or is a hint for the person where `edits` is false; `applied` where it has done so from here. */
  remedies: list(closed({ title: text, edits: flag, applied: flag })),
});
export type Advice = TypeOf<typeof advice>;

/** The 95% interval is left out where there are few pairs. */
const estimate = closed({ f1: number, low: maybe(number), high: maybe(number) });
const modelResult = closed({
  loss: number,
  /** Left out where it is beyond all numbers. */ perplexity: maybe(number),
  rouge1: estimate,
  rouge2: estimate,
  rougeL: estimate,
  /** Answers that max_new_tokens ended; words of an answer, the mean. Left out where an earlier version did not note it. */
  cut: maybe(count),
  answer_words: maybe(number),
});
const evaluationResult = closed({
  /** Tells which questions were asked: equal where two evaluations asked the same. */
  questions: text,
  examples: count,
  max_new_tokens: count,
  stemmer: flag,
  unicode: flag,
  reference_words: maybe(number),
  base: modelResult,
  tuned: modelResult,
  /** ROUGE-L of the tuned answers above the base model's, the mean with its 95% interval. */
  gain: maybe(closed({ mean: number, low: maybe(number), high: maybe(number) })),
});
export type EvaluationResult = TypeOf<typeof evaluationResult>;

/** F1 of ROUGE-L; mean NLL of the reference over its trained tokens, left out where it has none. */
const answered = closed({ answer: text, rougeL: number, loss: maybe(number) });
const prediction = closed({
  index: count,
  /** In the dataset, 1-based. */
  line: count,
  /** Its category, where the dataset tells one. */
  agency: maybe(text),
  question: text,
  reference: text,
  base: answered,
  tuned: answered,
});
export type ShownPrediction = TypeOf<typeof prediction>;

/** What the model answered to the sample prompts after `step` updates. */
const sample = closed({
  step: count,
  answers: list(closed({ question: text, answer: text, cut: flag, reference: maybe(text) })),
});
export type ShownSample = TypeOf<typeof sample>;

/** An example that the tuned model finds unlikely. `loss`: the mean over its trained tokens. */
const worst = closed({ part: text, line: count, question: text, reference: text, loss: number });
export type ShownWorst = TypeOf<typeof worst>;

/** 1 to 5. */
const rating = closed({ index: count, rating: count });
export type ShownRating = TypeOf<typeof rating>;

/** A row of a comparison: one value for each run. */
const difference = closed({ key: text, values: list(text) });
export type Difference = TypeOf<typeof difference>;

/** What the compared runs are the sweep of, where they are. */
const sweep = closed({
  /** Of the configuration. */
  name: text,
  /** What each run tries: `learning_rate 1e-4, lora_r 8`. */
  tried: list(text),
});
export type ShownSweep = TypeOf<typeof sweep>;

/** What the editor asks of the view. */
export const drawingRequests = {
  /** The charts as one picture, a PNG. */
  draw: { ask: {}, answer: bytes },
};

export const toDashboard = messages({
  /** Which runs are shown; everything about them follows. */
  show: { runs: list(runFacts), differences: list(difference), sweep: maybe(sweep) },
  status: { run: count, status: runStatus },
  /** Steps to put behind the first `kept` ones; what stood after those is void. */
  steps: { run: count, kept: count, columns: stepColumns },
  /** All evaluations on the validation part so far. */
  validation: { run: count, step: numbers, loss: numbers },
  advice: { run: count, findings: list(advice) },
  evaluation: { run: count, result: maybe(evaluationResult) },
  /** A part of the predictions, from number `from` on; 0 begins anew. */
  predictions: { from: count, total: count, items: list(prediction) },
  /** Answers to the sample prompts, from number `from` on; what stood after those before it is void. */
  samples: { from: count, items: list(sample) },
  /** The examples with the highest loss, the worst first. */
  worst: { items: list(worst) },
  /** All ratings, and the last change to them that they know of, see Edits. */
  ratings: { edit: count, ratings: list(rating) },
  /** Nothing can be shown: why, and what to do. */
  unavailable: { reason: text },
  ...requestMessages(drawingRequests),
  answer: answerFields,
});
export type ToDashboard = TypeOf<typeof toDashboard>;

export const DASHBOARD_ACTIONS = ['pause', 'resume', 'stop', 'use', 'chat', 'export', 'log', 'configuration'] as const;
export type DashboardAction = (typeof DASHBOARD_ACTIONS)[number];

export const dashboardRequests = {
  act: { ask: { action: oneOf(...DASHBOARD_ACTIONS) }, answer: nothing },
  /** The remedy's number within the finding's number; advice may have changed meanwhile, so its title says which was meant. */
  remedy: { ask: { finding: count, remedy: count, title: text }, answer: nothing },
  /** Shows the example of a prediction in its file; its index names it. */
  openExample: { ask: { index: count }, answer: nothing },
  /** Shows the example that stands there among the worst, in its file. */
  openWorst: { ask: { place: count }, answer: nothing },
  /** Writes what a run of a sweep tries into the configuration, where the person sees it. */
  takeValues: { ask: { run: count }, answer: nothing },
  /** Shows one of the compared runs alone. */
  openRun: { ask: { run: count }, answer: nothing },
  /** A change to the ratings with its number, see Edits; 0 takes a rating back. */
  rate: { ask: { edit: count, index: count, rating: count }, answer: nothing },
};

export const fromDashboard = messages({ ready: {}, ...requestMessages(dashboardRequests), answer: answerFields });
export type FromDashboard = TypeOf<typeof fromDashboard>;

/** What the view keeps over a reload of the window: which runs it shows and how. */
export const dashboardState = closed({
  folders: list(text),
  /** Weight of the past in smoothed curves. */
  smoothing: number,
  logarithmic: flag,
});
export type DashboardState = TypeOf<typeof dashboardState>;
