import type { TrainerOptions } from '../src/train/trainer';

/** Training with nothing to it: one example an update, a constant rate, no decay, in the order given. */
export const PLAIN_TRAINING: TrainerOptions = {
  max_steps: 5,
  num_train_epochs: 1,
  per_device_batch_size: 1,
  gradient_accumulation_steps: 1,
  learning_rate: 1e-3,
  lr_scheduler_type: 'constant',
  warmup_steps: 0,
  warmup_ratio: 0,
  weight_decay: 0,
  optim: 'adamw',
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  adam_epsilon: 1e-8,
  max_grad_norm: 1,
  gradient_checkpointing: false,
  shuffle: false,
  seed: 1,
};
