import { momentText } from '../../base/moment-text';
import { hubName } from '../../base/hub-cache';
import type { ExampleLoss, RunEvaluation, Prediction, PredictedAnswer } from '../../runs/folder/evaluation-schema';
import { DATA_KEYS } from '../../config/config-paths';
import { partShares } from '../../config/part-shares';
import { differingKeys } from '../../runs/changed-settings';
import { questionsKey } from '../../runs/questions-key';
import { dataNames } from '../../runs/data-names';
import { hostAtWork } from '../../runs/folder/run-host';
import type { Run } from '../../runs/folder/run-schema';
import type { RetentionLosses } from '../../text/retention';
import { areFew } from '../../base/few-pairs';
import type { SamplePoint } from '../../runs/curves';
import type { HealthFinding } from '../../train/health/finding';
import type {
  Advice,
  DashboardStatus,
  Difference,
  EvaluationResult,
  RunFacts,
  ShownPrediction,
  ShownSample,
  ShownWorst,
} from '../../messages/dashboard';
import type { FollowedRun } from './run-follower';

/** @param name the name to show */
export function factsOf(folder: string, name: string, run: Run): RunFacts {
  return {
    folder,
    name,
    id: run.id,
    created: run.created,
    model: hubName(run.base_model.path) ?? run.base_model.path,
    dataset: dataNames(run),
    data: dataKey(run),
  };
}

/** Equal where runs learn from and are validated on the same examples. */
export function dataKey({ dataset, validation_dataset: validated, split, config }: Run): string {
  return JSON.stringify([dataset.sha256, validated?.sha256, partShares({ ...config, split })]);
}

/** The labels of runs that are shown together: where several have one label, each says when it was started, to the second if need be. */
export function distinctNames(runs: readonly { readonly label: string; readonly created: string }[]): string[] {
  const shared = (names: readonly string[], at: number): boolean =>
    names.some((name, other) => other !== at && name === names[at]);
  const labels = runs.map(({ label }) => label);
  const withTime = (at: number, seconds: boolean): string =>
    `${labels[at]!} · ${momentText(runs[at]!.created, { seconds })}`;
  const byMinute = labels.map((label, at) => (shared(labels, at) ? withTime(at, false) : label));
  return byMinute.map((name, at) => (shared(byMinute, at) ? withTime(at, true) : name));
}

/** What is known of a run whose run.json cannot be read. */
export function unknownRun(folder: string): RunFacts {
  const name = folder.split(/[\\/]/).at(-1) ?? folder;
  return { folder, name, id: name, created: '', model: '', dataset: '', data: '' };
}

export function statusOf({ state, curves, device, sharedTokens, warnings, evaluation }: FollowedRun): DashboardStatus {
  const total = state.total_steps ?? curves.total_steps ?? undefined;
  const goesOn = ['running', 'pausing', 'paused'].includes(state.status);
  return {
    status: state.status,
    // state.json follows at its own, slower pace.
    step: Math.max(state.step, curves.length === 0 ? 0 : curves.steps.step[curves.length - 1]!),
    totalSteps: total,
    secondsLeft: goesOn ? state.seconds_left : undefined,
    secondsTaken: curves.length === 0 ? undefined : trainingSeconds(curves.steps),
    device,
    host: hostAtWork(state),
    sharedTokens,
    message: state.message,
    retention: retentionOf(evaluation?.retention ?? curves.retention),
    warnings,
  };
}

function retentionOf(made: RetentionLosses | undefined): DashboardStatus['retention'] {
  return made && { base: made.base, tuned: made.tuned };
}

/** The sum of the steps: what lies between them, as pauses, stops and validation, is no training. */
function trainingSeconds({ tokens, tokens_per_second }: FollowedRun['curves']['steps']): number {
  let sum = 0;
  for (let at = 0; at < tokens.length; at++) {
    const seconds = tokens[at]! / tokens_per_second[at]!;
    if (Number.isFinite(seconds)) sum += seconds;
  }
  return sum;
}

/** @param applied titles of the remedies that were applied from the dashboard */
export function adviceOf(findings: readonly HealthFinding[], applied: ReadonlySet<string>): readonly Advice[] {
  return findings.map(({ severity, since, title, message, remedies }) => ({
    severity,
    since,
    title,
    message,
    remedies: remedies.map((remedy) => ({
      title: remedy.title,
      edits: Object.keys(remedy.changes).length > 0,
      applied: applied.has(remedy.title),
    })),
  }));
}

/** @param predictions those it was made from */
export function resultOf(made: RunEvaluation, predictions: readonly Prediction[]): EvaluationResult {
  const { examples, max_new_tokens, stemmer, unicode, reference_words, base, tuned, gain } = made;
  return {
    questions: questionsKey(predictions),
    examples,
    max_new_tokens,
    stemmer,
    unicode,
    reference_words: reference_words ?? undefined,
    base: modelResult(base),
    tuned: modelResult(tuned),
    gain: gain === null ? undefined : { mean: gain.mean, low: gain.low ?? undefined, high: gain.high ?? undefined },
  };
}

function modelResult(made: RunEvaluation['base']): EvaluationResult['base'] {
  const { loss, perplexity, rouge1, rouge2, rougeL, count, cut, answer_words } = made;
  const estimate = ({ f1, low, high }: typeof rouge1): EvaluationResult['base']['rouge1'] => ({
    f1,
    // An earlier version wrote intervals of few answers as well.
    low: areFew(count) ? undefined : (low ?? undefined),
    high: areFew(count) ? undefined : (high ?? undefined),
  });
  return {
    loss,
    perplexity: perplexity ?? undefined,
    rouge1: estimate(rouge1),
    rouge2: estimate(rouge2),
    rougeL: estimate(rougeL),
    cut: cut ?? undefined,
    answer_words: answer_words ?? undefined,
  };
}

export function shownPrediction({ base, tuned, ...asked }: Prediction): ShownPrediction {
  const { index, line, agency, question, reference } = asked;
  return { index, line, agency, question, reference, base: shownAnswer(base), tuned: shownAnswer(tuned) };
}

export function shownSample({ step, answers }: SamplePoint): ShownSample {
  return {
    step,
    answers: answers.map(({ question, answer, cut, reference }) => ({ question, answer, cut, reference })),
  };
}

export function shownWorst({ part, line, question, reference, nll, trained }: ExampleLoss): ShownWorst {
  return { part, line, question, reference, loss: nll / trained };
}

function shownAnswer({ answer, rougeL, nll, trained }: PredictedAnswer): ShownPrediction['base'] {
  return { answer, rougeL, loss: trained === 0 ? undefined : nll / trained };
}

/** The settings that are not the same in all runs, in the order of the schema, and data that are not. */
export function differencesOf(runs: readonly Run[]): readonly Difference[] {
  const first = runs[0];
  if (first === undefined) return [];
  const rows = differingKeys(runs).map((key) => ({
    key,
    values: runs.map(({ config }) => shownValue(config[key as keyof typeof config])),
  }));
  // The same path may hold other data by now.
  const data = DATA_KEYS.map((key) => ({
    key: key === 'dataset' ? 'data (SHA-256)' : `${key} (SHA-256)`,
    values: runs.map((run) => run[key]?.sha256.slice(0, 12) ?? '–'),
  }));
  return [...rows, ...data.filter(({ values }) => values.some((value) => value !== values[0]))];
}

function shownValue(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
