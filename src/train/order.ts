import { createRandom } from '../base/random';

export interface OrderOptions {
  readonly examples: number;
  readonly batchSize: number;
  readonly accumulation: number;
  readonly shuffle: boolean;
  readonly seed: number;
}

/**
 * Which examples each optimizer step sees. A pure function of the options and the step, so that a resumed run goes on where the
 * interrupted one would have: the step is the whole cursor.
 */
export class ExampleOrder {
  readonly stepsPerEpoch: number;
  private cached: { epoch: number; order: number[] } | undefined;

  constructor(private readonly options: OrderOptions) {
    const batches = Math.ceil(options.examples / options.batchSize);
    this.stepsPerEpoch = Math.ceil(batches / options.accumulation);
  }

  /** T = max_steps where given, else ceil(epochs * steps per epoch). */
  totalSteps(maxSteps: number | null, epochs: number): number {
    return maxSteps ?? Math.ceil(epochs * this.stepsPerEpoch);
  }

  /** Epochs gone after `steps` steps. */
  epochAt(steps: number): number {
    return steps / this.stepsPerEpoch;
  }

  /** The examples of step `step` (from 0), in order. The last window of an epoch may be smaller. */
  window(step: number): readonly number[] {
    const { batchSize, accumulation } = this.options;
    const order = this.epochOrder(Math.floor(step / this.stepsPerEpoch));
    const size = batchSize * accumulation;
    const start = (step % this.stepsPerEpoch) * size;
    return order.slice(start, start + size);
  }

  private epochOrder(epoch: number): number[] {
    if (this.cached?.epoch === epoch) return this.cached.order;
    const order = Array.from({ length: this.options.examples }, (_, i) => i);
    if (this.options.shuffle) createRandom(this.options.seed + epoch).shuffle(order);
    this.cached = { epoch, order };
    return order;
  }
}
