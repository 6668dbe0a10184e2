import { lowerBound } from '../base/number-column';

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
    // Where the pixel ends.
    const edge = from + (Math.floor((x[first]! - from) / width) + 1) * width;
    let last = first;
    let low = first;
    let high = first;
    while (last + 1 < end && x[last + 1]! < edge) {
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

/**
 * What a curve with more points than can be told apart covers in a drawing `columns` pixels wide: for each pixel that has points two, one
 * above the other but for x, which must rise: the lowest and the highest.
 * @param x rising
 * @param above values that are not above it are left out, as those that are not finite
 * @returns undefined where the points are few: they are to be drawn as they are
 */
export function bandOf(
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
  columns: number,
  above = -Infinity,
): { readonly x: number[]; readonly y: number[] } | undefined {
  const start = Math.max(0, lowerBound(x, from) - 1);
  const end = Math.min(x.length, lowerBound(x, to) + 1);
  if (end - start <= 2 * columns) return undefined;
  const band = { x: [] as number[], y: [] as number[] };
  const width = (to - from) / columns;
  for (let at = start; at < end;) {
    const pixel = Math.floor((x[at]! - from) / width);
    const edge = from + (pixel + 1) * width;
    let low = Infinity;
    let high = -Infinity;
    do {
      const value = y[at]!;
      if (value > above && value < Infinity) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      at++;
    } while (at < end && x[at]! < edge);
    if (low > high) continue;
    band.x.push(from + (pixel + 0.25) * width, from + (pixel + 0.75) * width);
    band.y.push(low, high);
  }
  return band;
}
