import { SftError } from '../../base/errors';
import { countTargets, sequencesOf } from '../../model/batch';
import { scoreExamples } from '../../model/score';
import { hasDiverged, type RatePoint } from '../../train/rates/curve';
import { rateAt, type RateRange } from '../../train/rates/range';
import type { TrainingJob } from '../engine';
import { openTrainer, type OpenTrainer } from './open-trainer';

/** What a range test is made of: that of a run, without what a run leaves. */
export interface RateTestJob extends Pick<TrainingJob, 'config' | 'model' | 'train' | 'openDevice'> {
  readonly range: RateRange;
  /** A step was made. */
  readonly report: (point: RatePoint) => void;
  /** The start weights have scored so many of the examples that the steps will see. */
  readonly scored: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Examples that are scored between two looks at the signal. */
const SCORED_AT_ONCE = 64;

/**
 * A learning rate range test (Smith 2017): training from the start weights with a rate that rises from step to step, on the examples and
 * in the order that a run would take. What chance puts into a batch is taken out: the loss of a step is told beside the loss that the
 * start weights have on the same examples. Ends where the loss has left all bounds. Nothing is kept but what is reported.
 *
 * @throws the signal's reason where it is aborted; SftError what keeps a run from being trained
 */
export async function testRates(job: RateTestJob): Promise<void> {
  const { range, report, signal } = job;
  const opened = await openTrainer(job);
  try {
    const start = await startLosses(opened, job);
    const points: RatePoint[] = [];
    while (points.length < range.steps && !hasDiverged(points)) {
      signal.throwIfAborted();
      const rate = rateAt(range, points.length);
      const before = start(opened.trainer.step);
      const loss = await lossAt(opened, rate);
      // Past what a number holds there is nothing to go on from.
      if (loss === undefined) return;
      const point = { rate, loss, start: before };
      points.push(point);
      report(point);
    }
  } finally {
    opened.close();
  }
}

/** Mean NLL of the next step's examples, before its update; undefined where it or the gradient is no number any more. */
async function lossAt({ trainer }: OpenTrainer, rate: number): Promise<number | undefined> {
  try {
    return (await trainer.trainStep(rate)).loss;
  } catch (error) {
    if (error instanceof SftError && error.code === 'not-finite') return undefined;
    throw error;
  }
}

/** The loss that the start weights have on the examples of a step. Each example is scored once. */
async function startLosses(
  { model, trainer }: OpenTrainer,
  { train, range, scored, signal }: RateTestJob,
): Promise<(step: number) => number> {
  const windows = Array.from({ length: range.steps }, (_, step) => trainer.order.window(step));
  const seen = [...new Set(windows.flat())];
  const nll = new Map<number, number>();
  for (let from = 0; from < seen.length; from += SCORED_AT_ONCE) {
    signal.throwIfAborted();
    const some = seen.slice(from, from + SCORED_AT_ONCE);
    const sequences = some.map((index) => sequencesOf([train[index]!]));
    const { perExample } = await scoreExamples(model, sequences.flat());
    let next = 0;
    for (const [at, own] of sequences.entries()) {
      nll.set(
        some[at]!,
        own.reduce((sum) => sum + perExample[next++]!.nll, 0),
      );
    }
    scored(Math.min(from + SCORED_AT_ONCE, seen.length), seen.length);
  }
  return (step) => {
    const window = windows[step]!;
    const targets = sequencesOf(window.map((index) => train[index]!)).reduce((sum, one) => sum + countTargets(one), 0);
    return window.reduce((sum, index) => sum + nll.get(index)!, 0) / targets;
  };
}
