import { createRandom } from '../../base/random';
import { areFew } from '../../base/few-pairs';
import { ROUGE_METRICS, type RougeMetric, type RougeScore, type RougeScores } from './rouge';

/** Means over the pairs, and the interval that holds the true mean F1 with 95% confidence; null for few pairs. */
export interface RougeEstimate extends RougeScore {
  readonly low: number | null;
  readonly high: number | null;
}

/** The scores in `sft rouge --json` and of each model in `sft evaluate`. */
export type RougeSummary = Readonly<Record<RougeMetric, RougeEstimate>> & { readonly count: number };

const RESAMPLES = 1000;
const CONFIDENCE = 0.95;

/** The value below which `share` of the sorted values lie, linear between neighbours (numpy's default). */
function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Means of 1,000 samples drawn with replacement, one for each metric of each pair, sorted. The metrics share their draws. */
function resampledMeans(f1: readonly Float64Array[], count: number, seed: number): readonly Float64Array[] {
  const random = createRandom(seed);
  const means = f1.map(() => new Float64Array(RESAMPLES));
  for (let sample = 0; sample < RESAMPLES; sample++) {
    for (let drawn = 0; drawn < count; drawn++) {
      const pair = random.below(count);
      for (let metric = 0; metric < f1.length; metric++) means[metric]![sample]! += f1[metric]![pair]!;
    }
  }
  // Divided last: the mean of many ones is then 1 and not a little more.
  return means.map((values) => values.map((sum) => sum / count).sort());
}

/**
 * Mean precision, recall and F1 of many pairs, with a percentile bootstrap interval of the mean F1 (Efron 1979; 1,000 resamples,
 * 95%). The same scores and seed, a safe integer, give the same interval. Without a pair every mean is 0.
 */
export function aggregateRouge(scores: readonly RougeScores[], options: { readonly seed: number }): RougeSummary {
  const f1 = ROUGE_METRICS.map((metric) => Float64Array.from(scores, (score) => score[metric].f1));
  const samples = areFew(scores.length) ? undefined : resampledMeans(f1, scores.length, options.seed);
  const estimate = (metric: RougeMetric): RougeEstimate => {
    const sorted = samples?.[ROUGE_METRICS.indexOf(metric)];
    return {
      precision: mean(scores.map((score) => score[metric].precision)),
      recall: mean(scores.map((score) => score[metric].recall)),
      f1: mean(scores.map((score) => score[metric].f1)),
      low: sorted === undefined ? null : percentile(sorted, (1 - CONFIDENCE) / 2),
      high: sorted === undefined ? null : percentile(sorted, (1 + CONFIDENCE) / 2),
    };
  };
  return {
    rouge1: estimate('rouge1'),
    rouge2: estimate('rouge2'),
    rougeL: estimate('rougeL'),
    rougeLsum: estimate('rougeLsum'),
    count: scores.length,
  };
}

/** The mean of how much more the second score of a pair is than the first, with its 95% interval; null bounds for few pairs. */
export interface Gain {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * What the second of two sets of scores gains over the first. Both are of the same questions, so that questions are resampled, not answers:
 * a difference that each question shows is sure though the scores of questions differ widely.
 * @param seed of the bootstrap
 */
export function meanGain(before: readonly number[], after: readonly number[], seed: number): Gain {
  const gains = after.map((score, at) => score - before[at]!);
  const [samples] = areFew(gains.length) ? [] : resampledMeans([Float64Array.from(gains)], gains.length, seed);
  const bound = (share: number): number | null => (samples === undefined ? null : percentile(samples, share));
  return { mean: mean(gains), low: bound((1 - CONFIDENCE) / 2), high: bound((1 + CONFIDENCE) / 2) };
}
