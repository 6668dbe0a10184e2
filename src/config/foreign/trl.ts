import type { ForeignKeys } from './foreign-keys';
import type { ForeignTool } from './foreign-tool';
import { trainerKeys, TRAINER_REASONS } from './trainer-keys';

/** TRL's `trl sft --config`. */
export const trlTool: ForeignTool = {
  name: 'trl',
  marks: [
    'model_name_or_path',
    'dataset_name',
    'use_peft',
    'lora_target_modules',
    'completion_only_loss',
    'max_length',
  ],
  read(keys) {
    keys.take('model_name_or_path', 'model_name');
    data(keys);
    keys.take('max_length', 'max_seq_length');
    keys.take('packing', 'packing');
    keys.loseUnless('completion_only_loss', [true], 'only answers are learned here');
    keys.loseUnless('assistant_only_loss', [true], 'only answers are learned here');
    const usesPeft = keys.read('use_peft') === true;
    keys.set('training_type', usesPeft ? 'lora' : 'full', 'use_peft');
    for (const key of ['lora_r', 'lora_alpha', 'lora_dropout', 'use_rslora', 'use_dora'] as const) keys.take(key, key);
    targets(keys);
    keys.take('lora_modules_to_save', 'modules_to_save');
    keys.take('load_in_4bit', 'load_in_4bit');
    keys.take('use_bnb_nested_quant', 'bnb_4bit_use_double_quant');
    trainerKeys(keys);
    order(keys);
    keys.assume('TRL', {
      learning_rate: 2e-5,
      per_device_batch_size: 8,
      gradient_accumulation_steps: 1,
      num_train_epochs: 3,
      max_seq_length: 1024,
      weight_decay: 0,
      warmup_steps: 0,
      seed: 42,
      ...(usesPeft ? { lora_r: 16, lora_alpha: 32, lora_dropout: 0.05 } : {}),
      ...(keys.config.load_in_4bit === true ? { bnb_4bit_use_double_quant: false } : {}),
    });
    keys.finish([
      [/^chat_template_path$/, "the chat template of the model's folder is used here"],
      [/^(dtype|torch_dtype)$/, 'weights are kept here in the types of their files, and computed with in 32 bits'],
      [
        /^(dataset_config|dataset_train_split|dataset_text_field)$/,
        'data are read here from a file of questions and answers',
      ],
      ...TRAINER_REASONS,
    ]);
  },
};

/** A folder of ours, `data/train.jsonl`, or what it names. */
function data(keys: ForeignKeys): void {
  const name = keys.read('dataset_name');
  const split = keys.read('dataset_test_split');
  if (typeof name !== 'string') return;
  if (/\.(jsonl?|csv|parquet)$/.test(name)) keys.set('dataset', name, 'dataset_name');
  else keys.set('dataset', `${name}/train.jsonl`, 'dataset_name');
  if (typeof split === 'string') keys.set('validation_dataset', `${name}/${split}.jsonl`, 'dataset_test_split');
}

function targets(keys: ForeignKeys): void {
  const value = keys.read('lora_target_modules');
  if (value === undefined) return;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const [only] = list;
  // A single name that is no matrix's is an expression, or all-linear.
  const isName = (name: unknown): boolean => typeof name === 'string' && /^[a-z_]+_proj$/.test(name);
  keys.set('target_modules', list.length === 1 && !isName(only) ? only : list, 'lora_target_modules');
}

function order(keys: ForeignKeys): void {
  const [shuffles, strategy] = [keys.read('shuffle_dataset'), keys.read('train_sampling_strategy')];
  if (strategy === 'sequential') keys.set('shuffle', false, 'train_sampling_strategy');
  else if (strategy !== undefined && strategy !== 'random')
    keys.lose('train_sampling_strategy', 'examples come in a random order here, or in the order of the file');
  if (shuffles === true && strategy === 'sequential')
    keys.lose('shuffle_dataset', 'one random order over all epochs is not supported here');
}
