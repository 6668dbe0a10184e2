import type { RecipeSettings, RecipeSource } from './recipe';
import type { TakenKeys } from './taken-keys';

/** What transformers' TrainingArguments say, for the tools that are built on its Trainer. */
export function trainerSettings(keys: TakenKeys, { parts, plan }: RecipeSource): RecipeSettings {
  const steps = keys.take('max_steps');
  const epochs = keys.take('num_train_epochs');
  const batch = keys.take('per_device_batch_size');
  const evaluates = parts.validation.length > 0;
  const evalSteps = keys.take('eval_steps');
  const saveSteps = keys.take('save_steps');
  keys.take('warmup_steps');
  keys.take('warmup_ratio');
  return {
    per_device_train_batch_size: batch,
    per_device_eval_batch_size: batch,
    gradient_accumulation_steps: keys.take('gradient_accumulation_steps'),
    ...(steps === null ? { num_train_epochs: epochs } : { max_steps: steps }),
    learning_rate: keys.take('learning_rate'),
    lr_scheduler_type: scheduler(keys.take('lr_scheduler_type'), plan.warmup),
    warmup_steps: plan.warmup,
    optim: OPTIMIZERS[keys.take('optim')],
    weight_decay: keys.take('weight_decay'),
    adam_beta1: keys.take('adam_beta1'),
    adam_beta2: keys.take('adam_beta2'),
    adam_epsilon: keys.take('adam_epsilon'),
    max_grad_norm: keys.take('max_grad_norm'),
    fp16: keys.take('fp16'),
    bf16: keys.take('bf16'),
    gradient_checkpointing: keys.take('gradient_checkpointing'),
    seed: keys.take('seed'),
    neftune_noise_alpha: keys.take('neftune_noise_alpha') ?? undefined,
    eval_strategy: evaluates && evalSteps !== null ? 'steps' : 'no',
    eval_steps: evaluates ? (evalSteps ?? undefined) : undefined,
    save_strategy: saveSteps === null ? 'no' : 'steps',
    save_steps: saveSteps ?? undefined,
    logging_steps: 1,
    // Nothing is sent to a service of others unless somebody asks for it.
    report_to: 'none',
  };
}

/** transformers' names of the optimizers. */
const OPTIMIZERS = { adamw: 'adamw_torch', adamw_8bit: 'adamw_8bit' } as const;

/** Its constant schedule has no warm-up. */
function scheduler(type: 'linear' | 'cosine' | 'constant', warmup: number): string {
  return type === 'constant' && warmup > 0 ? 'constant_with_warmup' : type;
}

/** In which type its weights are loaded: mixed precision keeps those that are trained in 32 bits. */
export function weightType({ config: { bf16, training_type: type } }: RecipeSource): 'bfloat16' | 'float32' {
  return bf16 && type === 'lora' ? 'bfloat16' : 'float32';
}

/** lora_alpha for a tool that takes whole numbers alone; any other is told as lost. */
export function wholeAlpha(keys: TakenKeys): number {
  const alpha = keys.peek('lora_alpha');
  keys.cannot('lora_alpha', 'the tool accepts only whole numbers');
  return Number.isInteger(alpha) ? keys.take('lora_alpha') : Math.max(1, Math.round(alpha));
}

/** What pip installs besides a tool, where weights or moments have few bits. */
export function quantisationPackages({ config: { load_in_4bit: in4bit, optim } }: RecipeSource): string {
  return in4bit || optim === 'adamw_8bit' ? ' bitsandbytes' : '';
}
