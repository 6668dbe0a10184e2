import type { ForeignKeys } from './foreign-keys';
import type { ForeignTool } from './foreign-tool';
import { TRAINER_REASONS } from './trainer-keys';

/** MLX LM's `mlx_lm.lora --config`. */
export const mlxTool: ForeignTool = {
  name: 'mlx-lm',
  marks: [
    'iters',
    'fine_tune_type',
    'lora_parameters',
    'num_layers',
    'mask_prompt',
    'grad_checkpoint',
    'steps_per_eval',
  ],
  read(keys) {
    keys.take('model', 'model_name');
    const folder = keys.read('data');
    if (typeof folder === 'string') {
      keys.set('dataset', `${folder}/train.jsonl`, 'data');
      keys.set('validation_dataset', `${folder}/valid.jsonl`, 'data');
      if (keys.read('test') === true) keys.set('test_dataset', `${folder}/test.jsonl`, 'test');
    }
    keys.loseUnless('train', [true], 'a run trains');
    keys.loseUnless('mask_prompt', [true], 'only answers are learned here');
    keys.loseUnless('num_layers', [-1], 'all layers are trained here');
    adapter(keys);
    keys.take('batch_size', 'per_device_batch_size');
    keys.take('grad_accumulation_steps', 'gradient_accumulation_steps');
    updates(keys);
    schedule(keys);
    optimizer(keys);
    keys.take('max_seq_length', 'max_seq_length');
    keys.take('grad_checkpoint', 'gradient_checkpointing');
    keys.take('seed', 'seed');
    keys.assume('MLX LM', {
      per_device_batch_size: 4,
      gradient_accumulation_steps: 1,
      learning_rate: 1e-5,
      lr_scheduler_type: 'constant',
      warmup_steps: 0,
      max_seq_length: 2048,
      max_grad_norm: 0,
      seed: 0,
    });
    keys.finish([
      [/^(adapter_path|save_path)$/, 'each run has a folder of its own here, below output_dir'],
      [/^(resume_adapter_file)$/, 'its adapters have another format'],
      [
        /^(val_batches|test_batches|test)$/,
        'all examples of a part are measured here, or as many as eval_examples says',
      ],
      [/^steps_per_report$/, 'every update is logged here'],
      ...TRAINER_REASONS,
    ]);
  },
};

type Values = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
}

function adapter(keys: ForeignKeys): void {
  const type = keys.read('fine_tune_type') ?? 'lora';
  keys.set('training_type', type === 'full' ? 'full' : 'lora', 'fine_tune_type');
  if (type === 'dora') keys.set('use_dora', true, 'fine_tune_type');
  if (type === 'full') {
    keys.read('lora_parameters');
    return;
  }
  const { keys: names, rank = 8, scale = 20, dropout = 0, ...rest } = objectOf(keys.read('lora_parameters')) ?? {};
  if (Array.isArray(names)) {
    keys.set(
      'target_modules',
      names.map((name) => String(name).split('.').at(-1)),
      'lora_parameters',
    );
  }
  keys.set('lora_r', rank, 'lora_parameters');
  // It multiplies by this number as it is, where lora_alpha is divided by the rank.
  if (typeof rank === 'number' && typeof scale === 'number') keys.set('lora_alpha', scale * rank, 'lora_parameters');
  keys.set('lora_dropout', dropout, 'lora_parameters');
  if (Object.keys(rest).length > 0)
    keys.lose('lora_parameters', `${Object.keys(rest).join(', ')} in it was not imported`);
}

/** Its iterations are batches, and an update is made after so many. */
function updates(keys: ForeignKeys): void {
  const accumulation = keys.config.gradient_accumulation_steps;
  const batches = typeof accumulation === 'number' ? accumulation : 1;
  const theirs = { iters: 'max_steps', steps_per_eval: 'eval_steps', save_every: 'save_steps' } as const;
  const usual: Values = { iters: 1000, steps_per_eval: 200, save_every: 100 };
  for (const [key, ours] of Object.entries(theirs) as [keyof typeof theirs, (typeof theirs)[keyof typeof theirs]][]) {
    const value = keys.read(key) ?? usual[key];
    if (typeof value === 'number') keys.set(ours, Math.max(1, Math.round(value / batches)), key);
  }
}

const SCHEDULES: Readonly<Record<string, string>> = { linear_schedule: 'linear', cosine_decay: 'cosine' };

function schedule(keys: ForeignKeys): void {
  keys.take('learning_rate', 'learning_rate');
  const made = objectOf(keys.read('lr_schedule'));
  if (made === undefined) return;
  const { name, arguments: values, warmup } = made;
  const [rate, factor] = Array.isArray(values) ? (values as readonly unknown[]) : [];
  const ours = name === 'step_decay' && factor === 1 ? 'constant' : SCHEDULES[String(name)];
  if (ours === undefined) {
    keys.lose('lr_schedule', 'only the schedules linear, cosine and constant are supported here');
    return;
  }
  keys.set('lr_scheduler_type', ours, 'lr_schedule');
  keys.set('learning_rate', rate, 'lr_schedule');
  keys.set('warmup_steps', warmup ?? 0, 'lr_schedule');
}

function optimizer(keys: ForeignKeys): void {
  const name = keys.read('optimizer') ?? 'adam';
  const options = objectOf(keys.read('optimizer_config'));
  if (name !== 'adamw' && name !== 'adam') {
    keys.lose('optimizer', 'only the optimizers adamw and adamw_8bit are supported here');
    return;
  }
  const own = objectOf(options?.[name]) ?? {};
  const { betas, eps, weight_decay: decay = name === 'adam' ? 0 : 0.01 } = own;
  keys.set('optim', 'adamw', 'optimizer');
  const [first, second] = Array.isArray(betas) ? (betas as readonly unknown[]) : [];
  if (first !== undefined) keys.set('adam_beta1', first, 'optimizer_config');
  if (second !== undefined) keys.set('adam_beta2', second, 'optimizer_config');
  if (eps !== undefined) keys.set('adam_epsilon', eps, 'optimizer_config');
  keys.set('weight_decay', decay, 'optimizer_config');
}
