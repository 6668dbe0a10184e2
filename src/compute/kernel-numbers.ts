import type { AdamWStep } from './kernels';
import type { HalfType } from './memory';

/** What does not change from element to element of an update, in double precision before it is rounded for a device. */
export interface AdamWNumbers {
  readonly decay: number;
  readonly rest1: number;
  readonly keep2: number;
  readonly rest2: number;
  readonly stepSize: number;
  readonly rootCorrection: number;
  readonly epsilon: number;
}

export function adamwNumbers({ learningRate, beta1, beta2, eps, weightDecay, step }: AdamWStep): AdamWNumbers {
  return {
    decay: 1 - learningRate * weightDecay,
    rest1: 1 - beta1,
    keep2: beta2,
    rest2: 1 - beta2,
    stepSize: learningRate / (1 - beta1 ** step),
    rootCorrection: Math.sqrt(1 - beta2 ** step),
    epsilon: eps,
  };
}

/** A mask of the bits of fp32 that a type of 16 bits does not keep. */
export function droppedBits(type: HalfType): number {
  return type === 'bf16' ? 0xffff : 0x1fff;
}

/** Words of 32 bits from this one on keep their element. @param p of dropping, in [0, 1) */
export function dropoutThreshold(p: number): number {
  return Math.min(0xffffffff, Math.floor(p * 2 ** 32));
}
