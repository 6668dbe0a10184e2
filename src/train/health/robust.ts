import { nthSmallest } from '../../base/order-statistic';
import type { Column } from './finding';

/** The median of column[from..to), without changing it; NaN where that is empty. */
export function median(column: Column, from = 0, to = column.length): number {
  const values = new Float64Array(Math.max(0, to - from));
  for (let i = 0; i < values.length; i++) values[i] = column[from + i]!;
  const middle = values.length >> 1;
  const upper = nthSmallest(values, middle);
  if (values.length % 2 === 1) return upper;
  return (nthSmallest(values.subarray(0, middle), middle - 1) + upper) / 2;
}

/** What the median absolute deviation of a normal distribution is multiplied by to give its standard deviation. */
const TO_DEVIATION = 1.4826;
/** The standard error of a median over that of a mean, for normal noise. */
const MEDIAN_ERROR = 1.2533;

/**
 * The standard deviation of the noise on a curve, from the differences of neighbours: neither the trend nor single jumps count in.
 * Long curves are sampled.
 */
export function noiseOf(column: Column): number {
  const pairs = column.length - 1;
  if (pairs < 1) return 0;
  const stride = Math.max(1, Math.floor(pairs / 2000));
  const differences: number[] = [];
  for (let i = 0; i < pairs; i += stride) differences.push(Math.abs(column[i + 1]! - column[i]!));
  return (TO_DEVIATION * median(differences)) / Math.SQRT2;
}

/** The standard error of the median of `count` values with this noise. */
export function errorOfMedian(noise: number, count: number): number {
  return (MEDIAN_ERROR * noise) / Math.sqrt(Math.max(1, count));
}
