import { sequencesOf, type TokenSequence, type TrainableSequence } from '../model/batch';
import type { ResolvedConfig } from '../config/config-schema';
import { isNoisy } from '../model/input-noise';
import type { LlamaModel } from '../model/llama';
import { planWindow } from '../model/window-pass';
import { workOf } from '../model/work';
import { ExampleOrder } from './order';

type OrderKeys = 'per_device_batch_size' | 'gradient_accumulation_steps' | 'shuffle' | 'seed';

/** The order in which a run takes its examples. */
export function orderOf(options: Pick<ResolvedConfig, OrderKeys>, examples: number): ExampleOrder {
  return new ExampleOrder({
    examples,
    batchSize: options.per_device_batch_size,
    accumulation: options.gradient_accumulation_steps,
    shuffle: options.shuffle,
    seed: options.seed,
  });
}

/** The sequences of each of the first updates that a run will make, at most `most` of them. */
export function windowsOf(
  options: Pick<ResolvedConfig, OrderKeys | 'max_steps' | 'num_train_epochs'>,
  examples: readonly TrainableSequence[],
  most: number,
): (readonly TokenSequence[])[] {
  if (examples.length === 0) return [];
  const order = orderOf(options, examples.length);
  const steps = Math.min(most, order.totalSteps(options.max_steps, options.num_train_epochs));
  return Array.from({ length: steps }, (_, step) => sequencesOf(order.window(step).map((index) => examples[index]!)));
}

/** What updates are made of, the means over them. */
export interface UpdateSize {
  /** As `workOf` counts it. */
  readonly work: number;
  /** Tokens that the examples begin with alike: they are computed once for all of them. */
  readonly sharedTokens: number;
}

export function updateSize(
  model: LlamaModel,
  windows: readonly (readonly TokenSequence[])[],
  options: Parameters<typeof isNoisy>[0],
): UpdateSize {
  const plans = windows.map((window) => planWindow(model, window, isNoisy(options)));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length);
  return {
    work: mean(plans.map((plan) => workOf(model.config, plan))),
    sharedTokens: Math.round(mean(plans.map(({ prefix }) => prefix.length))),
  };
}
