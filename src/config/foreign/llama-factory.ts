import { share } from './axolotl';
import type { ForeignKeys } from './foreign-keys';
import type { ForeignTool } from './foreign-tool';
import { trainerKeys, TRAINER_REASONS } from './trainer-keys';

export const llamaFactoryTool: ForeignTool = {
  name: 'llama-factory',
  marks: ['stage', 'finetuning_type', 'cutoff_len', 'dataset_dir', 'template', 'lora_target', 'lora_rank', 'do_train'],
  read(keys) {
    keys.loseUnless('stage', ['sft'], 'only supervised fine-tuning is supported here');
    keys.loseUnless('do_train', [true], 'a run trains');
    keys.take('model_name_or_path', 'model_name');
    data(keys);
    keys.take('cutoff_len', 'max_seq_length');
    keys.take('packing', 'packing');
    keys.take('enable_thinking', 'enable_thinking');
    if (keys.read('mask_history') === true) keys.set('train_on', 'last', 'mask_history');
    keys.loseUnless('train_on_prompt', [false], 'only answers are learned here');
    adapter(keys);
    trainerKeys(keys);
    if (keys.read('disable_shuffling') === true) keys.set('shuffle', false, 'disable_shuffling');
    keys.take('early_stopping_steps', 'early_stopping_patience');
    const isLora = keys.config.training_type === 'lora';
    const rank = typeof keys.config.lora_r === 'number' ? keys.config.lora_r : 8;
    keys.assume('LLaMA-Factory', {
      learning_rate: 5e-5,
      per_device_batch_size: 8,
      gradient_accumulation_steps: 1,
      num_train_epochs: 3,
      max_seq_length: 2048,
      weight_decay: 0,
      warmup_steps: 0,
      seed: 42,
      ...(isLora ? { lora_r: 8, lora_alpha: 2 * rank, lora_dropout: 0, target_modules: 'all-linear' } : {}),
    });
    keys.finish([
      [/^template$/, "the chat template of the model's folder is used here"],
      [
        /^(pure_bf16|quantization_method|upcast_|infer_dtype|compute_dtype)$/,
        'weights are kept here in the types of their files, or in 4 bits (NF4)',
      ],
      [/^(max_samples|mix_strategy|interleave_probs)$/, 'all examples of the file are used here'],
      ...TRAINER_REASONS,
    ]);
  },
};

/** dataset_info.json in dataset_dir says which file a name means; ours are called as their parts. */
function data(keys: ForeignKeys): void {
  const named = keys.read('dataset_dir');
  const folder = typeof named === 'string' ? named : 'data';
  const fileOf = (key: string): string | undefined => {
    const names = keys.read(key);
    if (typeof names !== 'string') return undefined;
    const [first, ...more] = names.split(',').map((name) => name.trim());
    if (more.length > 0) keys.lose(key, 'one file is read here: the others were not imported');
    return `${folder}/${first}.jsonl`;
  };
  const [train, validation] = [fileOf('dataset'), fileOf('eval_dataset')];
  if (train !== undefined) keys.set('dataset', train, 'dataset');
  if (validation !== undefined) keys.set('validation_dataset', validation, 'eval_dataset');
  share(keys, 'val_size');
}

function adapter(keys: ForeignKeys): void {
  const type = keys.read('finetuning_type') ?? 'lora';
  if (type === 'lora' || type === 'full') keys.set('training_type', type, 'finetuning_type');
  else keys.lose('finetuning_type', 'only lora and full are supported here');
  keys.take('adapter_name_or_path', 'adapter');
  keys.take('lora_rank', 'lora_r');
  for (const key of ['lora_alpha', 'lora_dropout', 'loraplus_lr_ratio', 'use_rslora', 'use_dora'] as const)
    keys.take(key, key);
  if (keys.read('lora_target') === 'all') keys.set('target_modules', 'all-linear', 'lora_target');
  else names(keys, 'lora_target', 'target_modules');
  names(keys, 'additional_target', 'modules_to_save');
  const bits = keys.read('quantization_bit');
  if (bits === 4) keys.set('load_in_4bit', true, 'quantization_bit');
  else keys.loseUnless('quantization_bit', [4], 'weights are kept here as they are, or in 4 bits');
  keys.loseUnless(
    'quantization_method',
    ['bnb', 'bitsandbytes'],
    '4-bit weights here are always in the format of bitsandbytes',
  );
  keys.take('double_quantization', 'bnb_4bit_use_double_quant');
}

/** Names with commas between them. */
function names(keys: ForeignKeys, key: string, as: 'target_modules' | 'modules_to_save'): void {
  const value = keys.read(key);
  if (typeof value !== 'string') return;
  keys.set(
    as,
    value.split(',').map((name) => name.trim()),
    key,
  );
}
