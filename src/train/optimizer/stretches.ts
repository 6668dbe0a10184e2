import type { ParameterSet } from '../../model/parameters';
import type { OptimizerOptions } from './optimizer';

/** Trained tensors that lie side by side and are updated alike. */
export interface Stretch {
  /** In elements, of all trained ones. */
  readonly offset: number;
  readonly length: number;
  readonly weightDecay: number;
  /** Factor on the learning rate: loraplus_lr_ratio where a tensor is raised. */
  readonly rateFactor: number;
  /** Elements of each tensor. */
  readonly tensors: readonly number[];
}

export type StretchOptions = Pick<OptimizerOptions, 'weight_decay' | 'loraplus_lr_ratio'>;

/** All trained tensors in as few stretches as their decay, their rate and a limit allow. @param longest elements of a stretch of several tensors */
export function stretchesOf(
  parameters: ParameterSet,
  { weight_decay, loraplus_lr_ratio: ratio }: StretchOptions,
  longest = Infinity,
): readonly Stretch[] {
  const stretches: (Stretch & { length: number; tensors: number[] })[] = [];
  let offset = 0;
  for (const { value, decay, raised } of parameters.all()) {
    const weightDecay = decay ? weight_decay : 0;
    const rateFactor = raised === true ? (ratio ?? 1) : 1;
    let last = stretches.at(-1);
    const alike = last?.weightDecay === weightDecay && last.rateFactor === rateFactor;
    if (last === undefined || !alike || last.length + value.length > longest) {
      last = { offset, length: 0, weightDecay, rateFactor, tensors: [] };
      stretches.push(last);
    }
    last.tensors.push(value.length);
    last.length += value.length;
    offset += value.length;
  }
  return stretches;
}
