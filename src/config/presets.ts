import type { Config } from './config-schema';
import type { ConfigFacts } from './facts';

/** Below this many training examples a rank of 16 begins to recite, and dropout helps; as advice.ts sees it. */
const SMALL_SET = 500;
const TRAIN_SHARE = 0.8;
/** Test questions that tell a first run's gain well enough; more take their time. */
const EVALUATED = 50;

export interface Preset {
  readonly id: 'first-run' | 'production';
  readonly label: string;
  /** One line on what it is for and how long it takes. */
  readonly detail: string;
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'first-run',
    label: 'First run',
    detail: '60 updates, a small adapter, 50 test questions: shows that everything works',
  },
  {
    id: 'production',
    label: 'Production',
    detail: '1,000 updates, a larger adapter; stops early and keeps the best',
  },
];

const COMMON = {
  weight_decay: 0.01,
  lr_scheduler_type: 'linear',
  optim: 'adamw',
} as const;

/** The values of the tutorial, written out so that each can be read, hovered over and changed. */
export function presetConfig(
  id: Preset['id'],
  { model_name, dataset }: Pick<Config, 'model_name' | 'dataset'>,
  { datasetExamples, modelMaxPositions }: ConfigFacts,
): Config {
  const small = datasetExamples !== undefined && TRAIN_SHARE * datasetExamples < SMALL_SET;
  const max_seq_length = Math.min(1024, modelMaxPositions ?? 1024);
  if (id === 'first-run') {
    return {
      model_name,
      dataset,
      max_seq_length,
      lora_r: 16,
      lora_alpha: 16,
      lora_dropout: small ? 0.05 : 0,
      max_steps: 60,
      per_device_batch_size: 2,
      gradient_accumulation_steps: 4,
      learning_rate: 2e-4,
      warmup_steps: 5,
      ...COMMON,
      eval_steps: 20,
      save_steps: 20,
      // A test part of thousands takes hours to be answered, twice.
      eval_examples: EVALUATED,
    };
  }
  return {
    model_name,
    dataset,
    max_seq_length,
    lora_r: 32,
    lora_alpha: 32,
    lora_dropout: 0.05,
    max_steps: 1000,
    per_device_batch_size: 4,
    gradient_accumulation_steps: 4,
    learning_rate: 2e-4,
    warmup_steps: 100,
    ...COMMON,
    eval_steps: 50,
    save_steps: 100,
    early_stopping_patience: 3,
  };
}
