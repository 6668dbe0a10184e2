import { lowerBound } from '../../src/base/number-column';

/** Index of the value nearest to `x` among rising ones; undefined where there is none. */
export function nearest(sorted: Float64Array, x: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const after = Math.min(lowerBound(sorted, x), sorted.length - 1);
  if (after === 0) return 0;
  return x - sorted[after - 1]! <= sorted[after]! - x ? after - 1 : after;
}
