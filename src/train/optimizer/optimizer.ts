import type { DeviceBuffer } from '../../compute/memory';
import type { Recorder } from '../../compute/recorder';
import type { NamedTensor } from '../../model/parameter-file';

export interface OptimizerOptions {
  readonly optim: 'adamw' | 'adamw_8bit';
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  /** On the decayed tensors only. */
  readonly weight_decay: number;
  /** LoRA+: factor on the learning rate of the tensors that are raised, 1 unless given. */
  readonly loraplus_lr_ratio?: number | null;
}

/** The rule that turns gradients into updates, with what it remembers of past ones. */
export interface Optimizer {
  /** Updates made so far. */
  updates: number;
  /** What it remembers, under the names that a checkpoint gives it. */
  readonly state: readonly NamedTensor[];
  /**
   * One update from the accumulated gradients.
   * @param verdict what `clip` says of them; where something is not finite, nothing changes
   */
  update(r: Recorder, learningRate: number, verdict: DeviceBuffer): void;
  free(): void;
}
