import { expectedParts } from '../base/apportion';
import type { EffectiveValues } from './defaults';
import type { ConfigFacts } from './facts';
import { partShares } from './part-shares';

/** What a configuration amounts to in numbers. */
export interface Plan {
  /** Examples per update. */
  readonly effectiveBatch: number;
  /** Examples in each part; undefined where the size of its file is not known. */
  readonly trainExamples: number | undefined;
  /** The train part with the general questions that `retention_mix` mixes in: what one pass goes through. */
  readonly learntExamples: number | undefined;
  readonly validationExamples: number | undefined;
  readonly testExamples: number | undefined;
  /** Updates in all; undefined where epochs rule and the size of the dataset is not known. */
  readonly steps: number | undefined;
  /** How often the run goes through the train part. */
  readonly epochs: number | undefined;
  /** Updates during which the learning rate climbs. */
  readonly warmup: number | undefined;
}

/** Beyond so many passes through the examples a run is never told to take more steps. */
export const MOST_PASSES = 3;

type Batches = Pick<EffectiveValues, 'per_device_batch_size' | 'gradient_accumulation_steps'>;

/** General questions that are mixed into so many training examples. @param share of the whole that is general, 0 to below 1 */
export function generalCount(train: number, share: number): number {
  return share === 0 ? 0 : Math.max(1, Math.round((train * share) / (1 - share)));
}

/** Updates in which the trainer goes through so many examples so often. */
export function stepsFor(passes: number, examples: number, values: Batches): number {
  const { per_device_batch_size: batch, gradient_accumulation_steps: accumulation } = values;
  return Math.ceil(passes * Math.ceil(Math.ceil(examples / batch) / accumulation));
}

/** Counts as the trainer does: T = ceil(epochs * ceil(batches / accumulation)) unless max_steps is given. */
export function planOf(values: EffectiveValues, facts: ConfigFacts): Plan {
  const { per_device_batch_size: batch, gradient_accumulation_steps: accumulation } = values;
  const effectiveBatch = batch * accumulation;
  const parts = partExamples(values, facts);
  const { trainExamples } = parts;
  const learnt = trainExamples && trainExamples + generalCount(trainExamples, values.retention_mix);
  const steps =
    values.max_steps ?? (learnt === undefined ? undefined : stepsFor(values.num_train_epochs, learnt, values));
  const warmup =
    values.warmup_steps >= 1
      ? values.warmup_steps
      : steps === undefined
        ? undefined
        : Math.ceil(steps * values.warmup_ratio);
  return {
    effectiveBatch,
    ...parts,
    learntExamples: learnt,
    steps,
    epochs: epochsOf(values, effectiveBatch, learnt),
    warmup,
  };
}

function partExamples(
  values: EffectiveValues,
  { datasetExamples: total, validationExamples: validated, testExamples: tested }: ConfigFacts,
): Pick<Plan, 'trainExamples' | 'validationExamples' | 'testExamples'> {
  const { train, validation, test } = partShares(values);
  const whole = Math.abs(train + validation + test - 1) < 1e-6;
  const counts = total === undefined || !whole ? undefined : expectedParts(total, [train, validation, test]);
  return {
    trainExamples: counts?.[0],
    validationExamples: values.validation_dataset === null ? counts?.[1] : validated,
    testExamples: values.test_dataset === null ? counts?.[2] : tested,
  };
}

function epochsOf(values: EffectiveValues, effectiveBatch: number, train: number | undefined): number | undefined {
  if (values.max_steps === null) return values.num_train_epochs;
  return train === undefined || train === 0 ? undefined : (values.max_steps * effectiveBatch) / train;
}
