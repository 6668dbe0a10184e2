import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { list, number, open, text, type TypeOf } from '../../base/shapes';
import type { DeviceInfo } from '../../compute/provider';
import type { ResolvedConfig } from '../../config/config-schema';
import type { ModelFolder } from '../../generate/session';
import type { MachinePace } from './measure';

const positive = v.pipe(number, v.minValue(0, 'a number from 0'));

/** A pace with what it was measured of, as it is handed on to be used again. */
const KNOWN_PACE = open({
  key: text,
  training: positive,
  update: positive,
  scoring: positive,
  opening: positive,
  answers: v.optional(open({ prompt: positive, step: positive, row: positive, lengths: list(positive) })),
});
export type KnownPace = TypeOf<typeof KNOWN_PACE>;

/** @returns undefined of what is no pace, such as that of another version: it is measured anew */
export function parsePace(json: string): KnownPace | undefined {
  try {
    return v.parse(KNOWN_PACE, JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** Keys that say how much is done, or how, and not how fast. */
const OTHERS: readonly (keyof ResolvedConfig)[] = [
  'name',
  'dataset',
  'validation_dataset',
  'test_dataset',
  'columns',
  'output_dir',
  'max_seq_length',
  'max_steps',
  'num_train_epochs',
  'learning_rate',
  'lr_scheduler_type',
  'warmup_steps',
  'warmup_ratio',
  'split',
  'seed',
  'eval_steps',
  'sample_prompts',
  'loss_examples',
  'save_steps',
  'early_stopping_patience',
  'eval_examples',
  'rouge_unicode',
  'retention',
  'retention_dataset',
  'retention_mix',
];

/** Equal where a pace that was measured of one is that of the other. */
export function paceKey(config: ResolvedConfig, { weightFiles }: ModelFolder, device: DeviceInfo): string {
  const entries = Object.entries(config).filter(([key]) => !OTHERS.some((other) => other === key));
  return createHash('sha256')
    .update(JSON.stringify([entries, weightFiles, device.id, device.name]))
    .digest('hex');
}

export function known(key: string, pace: MachinePace): KnownPace {
  const { training, update, scoring, opening, answers } = pace;
  return {
    key,
    training,
    update,
    scoring,
    opening,
    answers: answers && { ...answers, lengths: [...answers.lengths] },
  };
}
