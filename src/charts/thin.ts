import { lowerBound } from '../number-column';

/**
 * Chooses the points of a curve that show in a drawing `columns` pixels wide: of each pixel's points the first, the lowest, the
 * highest and the last, so that no peak is lost and lines meet where they would. One point outside each side is kept: the line runs
 * to the edge.
 * @param x rising
 * @param from the first and
 * @param to the last x shown
 * @returns indices, rising; all that are in range where they are few
 */
export function visiblePoints(
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
  columns: number,
): readonly number[] {
  const start = Math.max(0, lowerBound(x, from) - 1);
  const end = Math.min(x.length, lowerBound(x, to) + 1);
  if (end - start <= 2 * columns) return Array.from({ length: Math.max(0, end - start) }, (_, at) => start + at);
  const chosen: number[] = [];
  const width = Math.max(to - from, Number.MIN_VALUE) / columns;
  let first = start;
  while (first < end) {
    const pixel = Math.floor((x[first]! - from) / width);
    let last = first;
    let low = first;
    let high = first;
    while (last + 1 < end && Math.floor((x[last + 1]! - from) / width) === pixel) {
      last++;
      if (y[last]! < y[low]!) low = last;
      if (y[last]! > y[high]!) high = last;
    }
    for (const at of [first, Math.min(low, high), Math.max(low, high), last]) {
      if (at !== chosen.at(-1)) chosen.push(at);
    }
    first = last + 1;
  }
  return chosen;
}
