import type { ForeignKeys } from './foreign-keys';
import type { ForeignTool } from './foreign-tool';
import { trainerKeys, TRAINER_REASONS } from './trainer-keys';

export const axolotlTool: ForeignTool = {
  name: 'axolotl',
  marks: ['base_model', 'sequence_len', 'micro_batch_size', 'num_epochs', 'datasets', 'val_set_size', 'sample_packing'],
  read(keys) {
    keys.take('base_model', 'model_name');
    data(keys);
    keys.take('sequence_len', 'max_seq_length');
    keys.take('sample_packing', 'packing');
    keys.loseUnless('train_on_inputs', [false], 'only answers are learned here');
    keys.loseUnless('excess_length_strategy', ['truncate'], 'the end of an example that is too long is cut off here');
    adapter(keys);
    trainerKeys(keys, {
      batch: 'micro_batch_size',
      evalBatch: 'eval_batch_size',
      epochs: 'num_epochs',
      schedule: 'lr_scheduler',
      optimizer: 'optimizer',
    });
    keys.take('early_stopping_patience', 'early_stopping_patience');
    if (keys.read('curriculum_sampling') === true) keys.set('shuffle', false, 'curriculum_sampling');
    keys.loseUnless(
      'shuffle_merged_datasets',
      [!(keys.config.shuffle === false)],
      'the order is drawn here for each epoch',
    );
    const isLora = keys.config.training_type === 'lora';
    keys.assume('Axolotl', {
      per_device_batch_size: 1,
      gradient_accumulation_steps: 1,
      num_train_epochs: 1,
      max_seq_length: 512,
      lr_scheduler_type: 'cosine',
      weight_decay: 0,
      seed: 42,
      ...(isLora ? { lora_dropout: 0 } : {}),
    });
    keys.finish([
      [
        /^(chat_template|chat_template_jinja|eot_tokens|special_tokens|tokens|tokenizer_type|model_type|tokenizer_config)$/,
        "template and tokens are those of the model's folder here",
      ],
      [/^(evals_per_epoch|saves_per_epoch)$/, 'eval_steps and save_steps count updates here: write how many'],
      [/^pad_to_sequence_len$/, 'nothing is padded here'],
      [/^load_in_8bit$/, 'weights are kept here as they are, or in 4 bits'],
      ...TRAINER_REASONS,
    ]);
  },
};

function data(keys: ForeignKeys): void {
  const fileOf = (key: string): string | undefined => {
    const list = keys.read(key);
    const [first, ...more] = Array.isArray(list) ? (list as readonly unknown[]) : [];
    const path = (first as { readonly path?: unknown } | undefined)?.path;
    if (more.length > 0) keys.lose(key, 'one file is read here: the others were not imported');
    return typeof path === 'string' ? path : undefined;
  };
  const [train, test] = [fileOf('datasets'), fileOf('test_datasets')];
  if (train !== undefined) keys.set('dataset', train, 'datasets');
  if (test !== undefined) keys.set('validation_dataset', test, 'test_datasets');
  share(keys, 'val_set_size');
  const template = keys.read('chat_template_kwargs') as { readonly enable_thinking?: unknown } | undefined;
  if (typeof template?.enable_thinking === 'boolean') {
    keys.set('enable_thinking', template.enable_thinking, 'chat_template_kwargs');
  }
}

/** The part of the data that is kept to watch the training with. */
export function share(keys: ForeignKeys, key: string): void {
  const value = keys.read(key);
  if (typeof value !== 'number' || value === 0) return;
  if (value >= 1) keys.lose(key, 'split has shares here, not numbers of examples');
  else keys.set('split', { train: Number((1 - value).toPrecision(12)), validation: value, test: 0 }, key);
}

function adapter(keys: ForeignKeys): void {
  const kind = keys.read('adapter');
  if (kind !== undefined && kind !== 'lora' && kind !== 'qlora')
    keys.lose('adapter', 'only the adapters lora and qlora are supported here');
  keys.set('training_type', kind === undefined ? 'full' : 'lora', 'adapter');
  if (kind === 'qlora') keys.set('load_in_4bit', true, 'adapter');
  keys.take('load_in_4bit', 'load_in_4bit');
  const bnb = keys.read('bnb_config_kwargs') as Readonly<Record<string, unknown>> | undefined;
  const { bnb_4bit_use_double_quant: double, ...rest } = bnb ?? {};
  if (double !== undefined) keys.set('bnb_4bit_use_double_quant', double, 'bnb_config_kwargs');
  if (Object.keys(rest).length > 0)
    keys.lose('bnb_config_kwargs', `${Object.keys(rest).join(', ')} in it was not imported`);
  keys.take('lora_model_dir', 'adapter');
  for (const key of ['lora_r', 'lora_alpha', 'lora_dropout', 'loraplus_lr_ratio'] as const) keys.take(key, key);
  keys.take('lora_target_modules', 'target_modules');
  keys.take('lora_modules_to_save', 'modules_to_save');
  if (keys.read('lora_target_linear') === true) keys.set('target_modules', 'all-linear', 'lora_target_linear');
  keys.take('peft_use_rslora', 'use_rslora');
  keys.take('peft_use_dora', 'use_dora');
  keys.take('peft_init_lora_weights', 'init_lora_weights');
  keys.take('lora_rank_pattern', 'rank_pattern');
  keys.take('lora_alpha_pattern', 'alpha_pattern');
}
