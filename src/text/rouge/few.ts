import { areFew } from '../../base/few-pairs';

type Bound = number | null | undefined;

/** `0.412 (0.380-0.441)`, and of few pairs the mean alone, whatever an earlier version wrote down with it. */
export function estimateText(
  { f1, low, high }: { readonly f1: number; readonly low?: Bound; readonly high?: Bound },
  pairs: number,
): string {
  const known = typeof low === 'number' && typeof high === 'number' && !areFew(pairs);
  return known ? `${f1.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})` : f1.toFixed(3);
}
