/** The time left is told from the last this many steps: long ones early on do not count for ever. */
const WINDOW = 50;
/** A gap so many times longer than most was a pause or the time between two sessions, not work. */
const PAUSE = 20;

/**
 * Seconds until the last step at the pace of the last steps, evaluations and saving between them counted, pauses not.
 * @param time when each step ended, ms
 * @returns undefined before there are two steps to tell from
 */
export function secondsLeft(time: Float64Array, totalSteps: number): number | undefined {
  const gaps = gapsBetween([...time.subarray(-WINDOW - 1)]);
  const median = gaps.toSorted((a, b) => a - b)[gaps.length >> 1];
  if (median === undefined) return undefined;
  const work = gaps.filter((gap) => gap <= Math.max(1, median) * PAUSE);
  const mean = work.reduce((sum, gap) => sum + gap, 0) / work.length;
  return (Math.max(0, totalSteps - time.length) * mean) / 1000;
}

function gapsBetween(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, at) => time - times[at]!);
}
