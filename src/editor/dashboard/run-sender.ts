import { DRAWN_COLUMNS, type StepColumns, type ToDashboard } from '../../messages/dashboard';
import type { ResolvedConfig } from '../../config/config-schema';
import { runCurves } from '../../runs/curves';
import type { HealthFinding, RunCurves } from '../../train/health/finding';
import { adviceOf, resultOf, shownPrediction, shownSample, shownWorst, statusOf } from './present-run';
import type { FollowedRun } from './run-follower';

/** Predictions are sent so many at a time. */
const PREDICTIONS_AT_ONCE = 500;
/** The curves are judged so often at most, ms: a finding takes many steps to appear. */
const ADVISE_EVERY = 1000;

export interface SenderOptions {
  /** The run's number among those of its dashboard. */
  readonly run: number;
  /** Whether advice and predictions are shown: where a run is shown alone. */
  readonly alone: boolean;
  readonly post: (message: ToDashboard) => void;
  /** Titles of the remedies that were applied from the dashboard. */
  readonly applied?: ReadonlySet<string>;
  readonly advise: (curves: RunCurves, config: ResolvedConfig) => readonly HealthFinding[];
}

/** Tells a dashboard of a run: all of it to begin with, then only what is new. */
export class RunSender {
  /** What the last advice was, for its remedies. */
  findings: readonly HealthFinding[] = [];
  private sentSteps = 0;
  private revision = 0;
  private status = '';
  private validation = '';
  private worst: FollowedRun['worst'] = [];
  private sentSamples = { revision: 0, count: 0 };
  private evaluation: FollowedRun['evaluation'];
  private advice = '';
  private advisedAt = -Infinity;

  constructor(private readonly options: SenderOptions) {}

  send(followed: FollowedRun): void {
    this.sendStatus(followed);
    this.sendSteps(followed);
    this.sendValidation(followed);
    if (this.options.alone) this.sendSamples(followed);
    this.sendEvaluation(followed);
    if (this.options.alone) this.sendWorst(followed);
  }

  /** Judges the curves, where the run is shown alone: apart from the rest, since with many steps each takes its time. */
  advise(followed: FollowedRun): void {
    if (this.options.alone) this.sendAdvice(followed);
  }

  private sendStatus(followed: FollowedRun): void {
    const status = statusOf(followed);
    const text = JSON.stringify(status);
    if (text === this.status) return;
    this.status = text;
    this.options.post({ type: 'status', run: this.options.run, status });
  }

  private sendSteps({ curves }: FollowedRun): void {
    const again = curves.revision !== this.revision || curves.length < this.sentSteps;
    if (!again && curves.length === this.sentSteps) return;
    const kept = again ? 0 : this.sentSteps;
    this.revision = curves.revision;
    this.sentSteps = curves.length;
    const { steps } = curves;
    // A copy: a message of a view into the whole would carry the whole.
    const columns = Object.fromEntries(DRAWN_COLUMNS.map((name) => [name, steps[name].slice(kept)]));
    this.options.post({ type: 'steps', run: this.options.run, kept, columns: columns as unknown as StepColumns });
  }

  private sendValidation({ curves }: FollowedRun): void {
    const { evaluations } = curves;
    const mark = `${curves.revision} ${evaluations.length}`;
    if (mark === this.validation) return;
    this.validation = mark;
    const step = Float64Array.from(evaluations, (one) => one.step);
    const loss = Float64Array.from(evaluations, (one) => one.loss);
    this.options.post({ type: 'validation', run: this.options.run, step, loss });
  }

  private sendSamples({ curves }: FollowedRun): void {
    const { samples, revision } = curves;
    const { count } = this.sentSamples;
    const from = revision === this.sentSamples.revision ? count : 0;
    if (from === samples.length && from === count) return;
    this.sentSamples = { revision, count: samples.length };
    this.options.post({ type: 'samples', from, items: samples.slice(from).map(shownSample) });
  }

  private sendWorst({ worst }: FollowedRun): void {
    if (worst === this.worst || worst.length + this.worst.length === 0) return;
    this.worst = worst;
    this.options.post({ type: 'worst', items: worst.map(shownWorst) });
  }

  private sendEvaluation({ evaluation, predictions }: FollowedRun): void {
    if (evaluation === this.evaluation) return;
    this.evaluation = evaluation;
    const { run, alone, post } = this.options;
    post({ type: 'evaluation', run, result: evaluation && resultOf(evaluation, predictions) });
    if (!alone) return;
    const total = predictions.length;
    for (let from = 0; from === 0 || from < total; from += PREDICTIONS_AT_ONCE) {
      const items = predictions.slice(from, from + PREDICTIONS_AT_ONCE).map(shownPrediction);
      post({ type: 'predictions', from, total, items });
    }
  }

  private sendAdvice({ run, curves, state }: FollowedRun): void {
    const now = performance.now();
    const working = state.status === 'running' || state.status === 'starting';
    if (working && now - this.advisedAt < ADVISE_EVERY) return;
    this.advisedAt = now;
    this.findings = this.options.advise(runCurves(curves), run.config);
    this.tellAdvice();
  }

  /** Sends the last advice where it, or what was applied of it, is other than what was sent. */
  tellAdvice(): void {
    const findings = adviceOf(this.findings, this.options.applied ?? new Set());
    const text = JSON.stringify(findings);
    if (text === this.advice) return;
    this.advice = text;
    this.options.post({ type: 'advice', run: this.options.run, findings });
  }
}
