import { ticks } from '../../src/charts/line-svg';

/** The ends of an axis for values from `low` to `high`, which are null where there are none. */
export function padded(low: number | null, high: number | null, logarithmic: boolean): [number, number] {
  if (low === null || high === null) return logarithmic ? [0.1, 1] : [0, 1];
  if (logarithmic) return [low * 0.92, high * 1.08];
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  // Nothing here is below 0: an axis that begins there says more than one that begins a little below.
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

/** Where an axis has its marks, at most about `wanted`. On a logarithmic scale over less than a power of ten, steps of equal size tell more than its few powers. */
export function valueTicks(low: number, high: number, wanted: number, logarithmic: boolean): number[] {
  if (!logarithmic || high / low < 12) return [...ticks(low, high, wanted)];
  const all: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
    for (const times of high / low > 1000 ? [1] : [1, 2, 5]) {
      const tick = Number((times * power).toPrecision(1));
      if (tick >= low && tick <= high) all.push(tick);
    }
  }
  return all;
}
