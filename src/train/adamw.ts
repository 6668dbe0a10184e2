import type { Device } from '../compute/device';
import type { DeviceBuffer } from '../compute/memory';
import type { Recorder } from '../compute/recorder';
import type { ParameterSet } from '../model/parameters';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
}

/** AdamW over a parameter set, fp32 moments; weight decay on the decayed part only. */
export class AdamW {
  readonly firstMoments: DeviceBuffer;
  readonly secondMoments: DeviceBuffer;
  /** Updates made so far. */
  updates = 0;

  constructor(
    private readonly device: Device,
    private readonly parameters: ParameterSet,
    private readonly options: AdamWOptions,
  ) {
    this.firstMoments = device.alloc('f32', parameters.length);
    this.secondMoments = device.alloc('f32', parameters.length);
  }

  /**
   * One update from the accumulated gradients.
   * @param verdict what `clip` says of them; where something is not finite, nothing changes
   */
  update(r: Recorder, learningRate: number, verdict: DeviceBuffer): void {
    const { beta1, beta2, eps, weightDecay } = this.options;
    const { length, decayed } = this.parameters;
    this.updates += 1;
    const run = (offset: number, count: number, decay: number): void => {
      if (count === 0) return;
      r.adamw(
        this.parameters.values.slice(offset, count),
        this.parameters.gradients.slice(offset, count),
        this.firstMoments.slice(offset, count),
        this.secondMoments.slice(offset, count),
        { learningRate, beta1, beta2, eps, weightDecay: decay, step: this.updates },
        verdict,
      );
    };
    run(0, decayed, weightDecay);
    run(decayed, length - decayed, 0);
  }

  free(): void {
    this.device.free(this.firstMoments);
    this.device.free(this.secondMoments);
  }
}
