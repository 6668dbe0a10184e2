import { OPTIMIZERS_ELSEWHERE } from '../schema-problems';
import type { ForeignKeys } from './foreign-keys';

/** What the same thing is called by a tool that is built on transformers' Trainer. */
export interface TrainerNames {
  readonly batch: string;
  readonly evalBatch: string;
  readonly epochs: string;
  readonly schedule: string;
  readonly optimizer: string;
}

const TRAINER_NAMES: TrainerNames = {
  batch: 'per_device_train_batch_size',
  evalBatch: 'per_device_eval_batch_size',
  epochs: 'num_train_epochs',
  schedule: 'lr_scheduler_type',
  optimizer: 'optim',
};

/** What is taken as it is. */
const SAME = [
  'gradient_accumulation_steps',
  'learning_rate',
  'weight_decay',
  'adam_beta1',
  'adam_beta2',
  'adam_epsilon',
  'max_grad_norm',
  'fp16',
  'gradient_checkpointing',
  'seed',
  'neftune_noise_alpha',
  'warmup_ratio',
] as const;

/** Takes what transformers' TrainingArguments say. */
export function trainerKeys(keys: ForeignKeys, names: TrainerNames = TRAINER_NAMES): void {
  for (const key of SAME) keys.take(key, key);
  keys.take(names.batch, 'per_device_batch_size');
  keys.loseUnless(names.evalBatch, [keys.peek(names.batch)], 'there is one batch size, per_device_batch_size');
  keys.take(names.epochs, 'num_train_epochs');
  const steps = keys.read('max_steps');
  if (typeof steps !== 'number' || steps > 0) keys.take('max_steps', 'max_steps');
  warmup(keys);
  const precision = keys.read('bf16');
  if (precision !== 'auto') keys.take('bf16', 'bf16');
  else keys.lose('bf16', 'it has to be set explicitly here: true or false');
  schedule(keys, names.schedule);
  optimizer(keys, names.optimizer);
  every(keys, 'eval');
  every(keys, 'save');
}

/** transformers 5 reads a number below 1 as a share. */
function warmup(keys: ForeignKeys): void {
  const steps = keys.read('warmup_steps');
  if (typeof steps === 'number' && steps > 0 && steps < 1) keys.set('warmup_ratio', steps, 'warmup_steps');
  else keys.take('warmup_steps', 'warmup_steps');
}

const SCHEDULES: Readonly<Record<string, string>> = {
  linear: 'linear',
  cosine: 'cosine',
  constant: 'constant',
  constant_with_warmup: 'constant',
};

function schedule(keys: ForeignKeys, key: string): void {
  const name = keys.read(key);
  if (name === undefined) return;
  const ours = typeof name === 'string' ? SCHEDULES[name] : undefined;
  if (ours === undefined) keys.lose(key, 'only the schedules linear, cosine and constant are supported here');
  else keys.set('lr_scheduler_type', ours, key);
  // Without "_with_warmup" its constant rate has none.
  if (name === 'constant') keys.config.warmup_steps = 0;
}

function optimizer(keys: ForeignKeys, key: string): void {
  const name = keys.read(key);
  if (name === undefined) return;
  const known = typeof name === 'string' ? (OPTIMIZERS_ELSEWHERE.get(name) ?? name) : undefined;
  if (known === 'adamw' || known === 'adamw_8bit') keys.set('optim', known, key);
  else keys.lose(key, 'only the optimizers adamw and adamw_8bit are supported here');
}

/** When something is done: `eval_strategy` and `eval_steps`. */
function every(keys: ForeignKeys, what: 'eval' | 'save'): void {
  const [strategy, steps] = [keys.read(`${what}_strategy`), keys.read(`${what}_steps`)];
  const ours = `${what}_steps` as const;
  if (strategy === 'no' || strategy === false) keys.set(ours, null, `${what}_strategy`);
  else if (strategy === 'epoch') keys.lose(`${what}_strategy`, `${ours} counts updates: write how many an epoch has`);
  else if (steps !== undefined) keys.take(ours, ours);
}

/** Said of keys by the tools on transformers' Trainer. */
export const TRAINER_REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^(output_dir|overwrite_output_dir|run_name|save_total_limit|overwrite_cache|dataset_prepared_path)$/,
    'each run has a folder of its own here, below output_dir',
  ],
  [
    /^(logging_|log_|disable_tqdm|plot_loss|report_to|wandb_|mlflow_|comet_|use_wandb|swanlab_)/,
    'every update is logged here, and nothing is sent to a service',
  ],
  [/^(push_to_hub|hub_)/, '`sft push` puts a run on the Hub'],
  [
    /^(ddp_|fsdp|deepspeed|local_rank|dataloader_|.*_num_workers$|.*_num_proc$|dataset_num_proc|dataset_processes|torch_compile|use_liger|flash_attn|flash_attention|attn_implementation|xformers|sdp_attention|sample_packing_|auto_find_batch_size|use_cpu|tf32|device_map|low_cpu_mem_usage|trust_remote_code)/,
    'it changes how the tool computes, not what is learned',
  ],
  [
    /^(load_best_model_at_end|metric_for_best_model|greater_is_better)$/,
    'the best weights are kept here whenever the validation loss is measured',
  ],
  [/^(resume_from_checkpoint|auto_resume_from_checkpoints)$/, '`sft train --resume` resumes a run'],
  [/^(dpo_|kto_|orpo_|rl$|beta$|reward_|trl$|stage$|pref_)/, 'only supervised fine-tuning is supported here'],
];
