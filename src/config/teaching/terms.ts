import type { TaughtKey } from '../teach';

/** Headings of docs/glossary.md, which also give its anchors; a test holds that each of them is there. */
export type Term = string;

/** The terms of the glossary that a key of the configuration is about, the main one first. */
export const TERMS: Partial<Readonly<Record<TaughtKey, readonly Term[]>>> = {
  model_name: ['Base model', 'Language model'],
  dataset: ['Supervised fine-tuning', 'Split'],
  validation_dataset: ['Validation loss', 'Split'],
  test_dataset: ['Evaluation', 'Split'],
  columns: ['Supervised fine-tuning'],
  adapter: ['Adapter'],
  system_prompt: ['System prompt', 'Chat template'],
  train_on: ['Chat template', 'Supervised fine-tuning'],
  enable_thinking: ['Chat template'],
  training_type: ['LoRA', 'Full fine-tuning', 'Prompt tuning'],
  max_seq_length: ['Max sequence length', 'Token', 'Truncation'],
  load_in_4bit: ['QLoRA', 'Quantisation'],
  bnb_4bit_use_double_quant: ['QLoRA', 'Quantisation'],
  lora_r: ['LoRA rank', 'LoRA'],
  lora_alpha: ['LoRA alpha', 'LoRA'],
  lora_dropout: ['Dropout', 'Overfitting'],
  use_rslora: ['LoRA alpha', 'LoRA rank'],
  use_dora: ['DoRA', 'LoRA'],
  init_lora_weights: ['LoRA'],
  loraplus_lr_ratio: ['Learning rate', 'LoRA'],
  rank_pattern: ['LoRA rank', 'Projection'],
  alpha_pattern: ['LoRA alpha', 'Projection'],
  target_modules: ['Projection', 'Attention'],
  trainable_tokens: ['Special token', 'Embedding', 'Chat template'],
  modules_to_save: ['Embedding', 'Adapter'],
  ensure_weight_tying: ['Embedding'],
  num_virtual_tokens: ['Prompt tuning', 'Token'],
  prompt_tuning_init: ['Prompt tuning'],
  prompt_tuning_init_text: ['Prompt tuning', 'System prompt'],
  neftune_noise_alpha: ['NEFTune', 'Overfitting'],
  max_steps: ['Step', 'Epoch'],
  num_train_epochs: ['Epoch', 'Overfitting'],
  per_device_batch_size: ['Batch', 'Effective batch'],
  gradient_accumulation_steps: ['Gradient accumulation', 'Effective batch'],
  learning_rate: ['Learning rate', 'Divergence'],
  lr_scheduler_type: ['Learning-rate schedule'],
  warmup_steps: ['Warm-up'],
  warmup_ratio: ['Warm-up'],
  weight_decay: ['Weight decay', 'Overfitting'],
  optim: ['Optimizer', 'AdamW'],
  adam_beta1: ['AdamW'],
  adam_beta2: ['AdamW'],
  adam_epsilon: ['AdamW'],
  max_grad_norm: ['Gradient norm', 'Gradient'],
  fp16: ['Data type', 'NaN'],
  bf16: ['Data type'],
  packing: ['Packing'],
  gradient_checkpointing: ['Gradient checkpointing'],
  seed: ['Seed'],
  split: ['Split', 'Generalisation'],
  'split.train': ['Split'],
  'split.validation': ['Validation loss', 'Split'],
  'split.test': ['Evaluation', 'Split'],
  'split.seed': ['Seed', 'Split'],
  'split.near_duplicate_threshold': ['Split', 'Generalisation'],
  eval_steps: ['Validation loss', 'Step'],
  save_steps: ['Checkpoint'],
  early_stopping_patience: ['Early stopping', 'Overfitting'],
  eval_examples: ['Evaluation'],
  loss_examples: ['Loss'],
  sample_prompts: ['Validation loss'],
  max_new_tokens: ['Token', 'EOS'],
  rouge_unicode: ['ROUGE'],
  sweep: ['Sweep', 'Hyperparameter'],
  engine: ['Engine'],
  retention: ['Forgetting'],
  retention_dataset: ['Forgetting'],
  retention_mix: ['Forgetting'],
};

/** The anchor of a heading, as Markdown's readers form it: `LoRA rank` is `lora-rank`. */
export function anchorOf(term: Term): string {
  return term
    .toLowerCase()
    .replaceAll(/[^\p{L}\d\s-]/gu, '')
    .replaceAll(/\s/g, '-');
}
