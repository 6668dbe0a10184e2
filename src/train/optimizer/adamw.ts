import type { Device } from '../../compute/device';
import type { DeviceBuffer } from '../../compute/memory';
import type { Recorder } from '../../compute/recorder';
import type { NamedTensor } from '../../model/parameter-file';
import type { ParameterSet } from '../../model/parameters';
import type { Optimizer, OptimizerOptions } from './optimizer';

/** AdamW over a parameter set, fp32 moments; weight decay on the decayed part only. */
export class AdamW implements Optimizer {
  readonly state: readonly NamedTensor[];
  updates = 0;
  private readonly firstMoments: DeviceBuffer;
  private readonly secondMoments: DeviceBuffer;

  constructor(
    private readonly device: Device,
    private readonly parameters: ParameterSet,
    private readonly options: OptimizerOptions,
  ) {
    const shape = [parameters.length];
    this.firstMoments = device.alloc('f32', parameters.length);
    this.secondMoments = device.alloc('f32', parameters.length);
    this.state = [
      { name: 'exp_avg', shape, value: this.firstMoments },
      { name: 'exp_avg_sq', shape, value: this.secondMoments },
    ];
  }

  update(r: Recorder, learningRate: number, verdict: DeviceBuffer): void {
    const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps, weight_decay } = this.options;
    const { length, decayed } = this.parameters;
    this.updates += 1;
    const run = (offset: number, count: number, weightDecay: number): void => {
      if (count === 0) return;
      r.adamw(
        this.parameters.values.slice(offset, count),
        this.parameters.gradients.slice(offset, count),
        this.firstMoments.slice(offset, count),
        this.secondMoments.slice(offset, count),
        { learningRate, beta1, beta2, eps, weightDecay, step: this.updates },
        verdict,
      );
    };
    run(0, decayed, weight_decay);
    run(decayed, length - decayed, 0);
  }

  free(): void {
    this.device.free(this.firstMoments);
    this.device.free(this.secondMoments);
  }
}
