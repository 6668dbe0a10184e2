import type { Device } from '../../compute/device';
import type { DeviceBuffer } from '../../compute/memory';
import type { Recorder } from '../../compute/recorder';
import type { NamedTensor } from '../../model/parameter-file';
import type { ParameterSet } from '../../model/parameters';
import type { Optimizer, OptimizerOptions } from './optimizer';
import { stretchesOf, type Stretch } from './stretches';

/** AdamW over a parameter set, fp32 moments; weight decay on decayed tensors only. */
export class AdamW implements Optimizer {
  readonly state: readonly NamedTensor[];
  updates = 0;
  private readonly firstMoments: DeviceBuffer;
  private readonly secondMoments: DeviceBuffer;
  private readonly stretches: readonly Stretch[];

  constructor(
    private readonly device: Device,
    private readonly parameters: ParameterSet,
    private readonly options: OptimizerOptions,
  ) {
    const shape = [parameters.length];
    this.stretches = stretchesOf(parameters, options);
    this.firstMoments = device.alloc('f32', parameters.length);
    this.secondMoments = device.alloc('f32', parameters.length);
    this.state = [
      { name: 'exp_avg', shape, value: this.firstMoments },
      { name: 'exp_avg_sq', shape, value: this.secondMoments },
    ];
  }

  update(r: Recorder, learningRate: number, verdict: DeviceBuffer): void {
    const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps } = this.options;
    this.updates += 1;
    for (const { offset, length, weightDecay, rateFactor } of this.stretches) {
      r.adamw(
        this.parameters.values.slice(offset, length),
        this.parameters.gradients.slice(offset, length),
        this.firstMoments.slice(offset, length),
        this.secondMoments.slice(offset, length),
        { learningRate: learningRate * rateFactor, beta1, beta2, eps, weightDecay, step: this.updates },
        verdict,
      );
    }
  }

  free(): void {
    this.device.free(this.firstMoments);
    this.device.free(this.secondMoments);
  }
}
