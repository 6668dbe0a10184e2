/** A step of a range test. */
export interface RatePoint {
  readonly rate: number;
  /** Mean NLL of the step's examples before its update, nats. */
  readonly loss: number;
  /** The same of the start weights: what of the loss is due to the examples. */
  readonly start: number;
}

/** Steps on either side that a smoothed value takes in, the farther the less. */
const REACH = 3;
/** The loss has risen by this share of where it began. */
const LOST = 0.5;
/** And so in so many steps, so that one odd batch ends nothing. */
const IN_A_ROW = 3;

/** Whether the loss has left all bounds: to go on would show nothing more. */
export function hasDiverged(points: readonly RatePoint[]): boolean {
  const last = points.slice(-IN_A_ROW);
  return last.length === IN_A_ROW && last.every(({ loss, start }) => loss > start * (1 + LOST));
}

/** The loss of each step as it would be if all steps saw examples of the same difficulty, nats. */
export function evenLosses(points: readonly RatePoint[]): Float64Array {
  const mean = points.reduce((sum, { start }) => sum + start, 0) / points.length;
  return Float64Array.from(points, ({ loss, start }) => mean + loss - start);
}

/** A weighted mean of each value and its neighbours, which does not lag behind as a running one does. */
export function smoothedCurve(values: Float64Array): Float64Array {
  return values.map((_, at) => {
    let [sum, weights] = [0, 0];
    for (let other = Math.max(0, at - REACH); other <= Math.min(values.length - 1, at + REACH); other++) {
      const weight = REACH + 1 - Math.abs(other - at);
      sum += weight * values[other]!;
      weights += weight;
    }
    return sum / weights;
  });
}
