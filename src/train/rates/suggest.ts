import { evenLosses, smoothedCurve, type RatePoint } from './curve';

/** What a range test has shown. */
export interface RateFinding {
  /** The curve, a value a step. */
  readonly rates: Float64Array;
  /** Losses as they would be if all steps saw examples of the same difficulty, nats; and these without their noise. */
  readonly losses: Float64Array;
  readonly smoothed: Float64Array;
  /** Where the smoothed loss was lowest; undefined where it did not fall. */
  readonly lowest: { readonly rate: number; readonly loss: number } | undefined;
  /** The rate to train with; undefined where the loss did not fall. */
  readonly suggested: number | undefined;
  /** What is to be said of it. */
  readonly text: string;
}

/**
 * The rate to train with is this share of the one at which the loss was lowest: there it is about to rise. Held against recorded curves and
 * the runs that followed them in suggest.test.ts: it keeps nine tenths of what the best rate gains and stays clear of divergence, where
 * the steepest place and a tenth are up to ten times too low.
 */
const SHARE = 0.4;
/** A fall by less than this share of the loss is none. */
const NOTHING = 0.02;
/** Rates are told as people write them. */
const DIGITS = [1, 1.5, 2, 3, 5, 7, 10];

/** What the points of a range test so far show. */
export function findSuggestion(points: readonly RatePoint[]): RateFinding {
  const losses = evenLosses(points);
  const smoothed = smoothedCurve(losses);
  const rates = Float64Array.from(points, ({ rate }) => rate);
  const curve = { rates, losses, smoothed };
  const at = smoothed.reduce((best, value, i) => (value < smoothed[best]! ? i : best), 0);
  const [start, low] = [smoothed[0] ?? NaN, smoothed[at] ?? NaN];
  if (!(low < start * (1 - NOTHING))) {
    const text =
      'The loss did not fall at any of these rates: so none can be suggested. Look at the data: answers that are all alike or already known teach nothing.';
    return { ...curve, lowest: undefined, suggested: undefined, text };
  }
  const lowest = { rate: rates[at]!, loss: low };
  const suggested = roundRate(lowest.rate * SHARE);
  const rises = at < points.length - 1 && smoothed[points.length - 1]! > low * (1 + NOTHING);
  const text = rises
    ? `The loss was lowest at ${rateText(lowest.rate)} and rose beyond it. Two fifths of that is a safe rate to train with.`
    : `The loss still fell at the highest rate that was tried, ${rateText(rates[rates.length - 1]!)}. Two fifths of that is suggested; a higher rate may be better.`;
  return { ...curve, lowest, suggested, text };
}

/** The nearest rate that a person would write, by its logarithm. */
function roundRate(rate: number): number {
  const power = 10 ** Math.floor(Math.log10(rate));
  const far = (digit: number): number => Math.abs(Math.log(digit * power) - Math.log(rate));
  const digit = DIGITS.reduce((best, one) => (far(one) < far(best) ? one : best));
  return Number((digit * power).toPrecision(2));
}

/** `5.2e-4` */
export function rateText(rate: number): string {
  return Number(rate.toPrecision(2)).toExponential();
}
