import { NumberColumn } from '../base/number-column';

/**
 * An exponential moving average that grows with its curve, corrected for its start: s_t = (1-w) Σ w^(t-i) x_i / (1 - w^t), so that
 * the first values are not drawn to 0. Weight 0 is the curve itself. (The correction is that of Adam, Kingma and Ba 2015, section 3.)
 */
export class Smoothed {
  readonly #values = new NumberColumn();
  /** The sums before the correction, to go on from any length. */
  readonly #sums = new NumberColumn();

  /** @param weight of the past, 0 to below 1 */
  constructor(readonly weight: number) {}

  get values(): Float64Array {
    return this.#values.values;
  }

  /** Follows a curve that has grown, after it was cut to `kept` values. */
  follow(curve: ArrayLike<number>, kept: number): void {
    const { weight } = this;
    this.#values.truncate(kept);
    this.#sums.truncate(kept);
    let sum = this.#sums.last ?? 0;
    let past = weight ** this.#sums.length;
    for (let at = this.#sums.length; at < curve.length; at++) {
      sum = weight * sum + (1 - weight) * curve[at]!;
      past *= weight;
      this.#sums.push(sum);
      this.#values.push(sum / (1 - past));
    }
  }
}
