import { areFew } from '../../base/few-pairs';
import type { RougeMetric } from './rouge';

export type RougeBand = 'poor' | 'fair' | 'good';

/** The tutorial's bands: below `fair` is poor, above `good` is good, and what lies between, both ends included, is fair. */
export const ROUGE_BANDS = {
  rouge1: { fair: 0.2, good: 0.4 },
  rougeL: { fair: 0.1, good: 0.3 },
} as const;

/** The band of a mean F1 over `pairs`, or undefined for a metric that the tutorial gives no band, and for few pairs. */
export function rougeBand(metric: RougeMetric, f1: number, pairs: number): RougeBand | undefined {
  if ((metric !== 'rouge1' && metric !== 'rougeL') || areFew(pairs)) return undefined;
  const { fair, good } = ROUGE_BANDS[metric];
  if (f1 < fair) return 'poor';
  return f1 > good ? 'good' : 'fair';
}
