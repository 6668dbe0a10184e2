import type { Config } from './config-schema';
import type { ConfigFacts } from './facts';

/** Below this many training examples a rank of 16 begins to recite, and dropout helps; as advice.ts sees it. */
const SMALL_SET = 500;
const TRAIN_SHARE = 0.8;
/** Test questions that tell a first run's gain well enough; more take their time. */
const EVALUATED = 50;
/** Examples of each part whose loss a first run takes at its end: enough to see the worst; those of thousands take longer than the training. */
const LOSSES = 100;
/** The fewest steps of a first run: they show that everything works. */
export const FIRST_RUN_STEPS = 60;
const FIRST_RUN_BATCH = { per_device_batch_size: 2, gradient_accumulation_steps: 4 } as const;
/** Validation losses and checkpoints of a first run that is longer than that, and the steps between two at least. */
const MEASUREMENTS = 10;
const LEAST_BETWEEN = 20;

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
    detail: 'One pass or about 30 minutes (at least 60 steps), small adapter, 50 test questions',
  },
  {
    id: 'production',
    label: 'Production',
    detail: '1,000 steps, a larger adapter; stops early and keeps the best',
  },
];

const COMMON = {
  weight_decay: 0.01,
  lr_scheduler_type: 'linear',
  optim: 'adamw',
} as const;

/** @param examples of the whole dataset, before it is split; undefined counts as none */
export function stepsOfOnePass(examples = 0): number {
  const { per_device_batch_size, gradient_accumulation_steps } = FIRST_RUN_BATCH;
  return Math.ceil((TRAIN_SHARE * examples) / (per_device_batch_size * gradient_accumulation_steps));
}

/**
 * The values of the tutorial, written out so that each can be read, hovered over and changed.
 * @param steps of a first run
 */
export function presetConfig(
  id: Preset['id'],
  { model_name, dataset }: Pick<Config, 'model_name' | 'dataset'>,
  { datasetExamples, modelMaxPositions }: ConfigFacts,
  steps = FIRST_RUN_STEPS,
): Config {
  const small = datasetExamples !== undefined && TRAIN_SHARE * datasetExamples < SMALL_SET;
  const max_seq_length = Math.min(1024, modelMaxPositions ?? 1024);
  if (id === 'first-run') {
    const between = Math.max(LEAST_BETWEEN, Math.ceil(steps / MEASUREMENTS));
    return {
      model_name,
      dataset,
      max_seq_length,
      lora_r: 16,
      lora_alpha: 16,
      lora_dropout: small ? 0.05 : 0,
      max_steps: steps,
      ...FIRST_RUN_BATCH,
      learning_rate: 2e-4,
      warmup_steps: Math.max(5, Math.round(0.05 * steps)),
      ...COMMON,
      eval_steps: between,
      save_steps: between,
      // A test part of thousands takes hours to be answered, twice.
      eval_examples: EVALUATED,
      loss_examples: LOSSES,
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
