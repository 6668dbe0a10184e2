import { asksAboutThinking, dataFiles, templateMessage } from './answer-rows';
import type { Recipe, RecipeParts, RecipeSettings, RecipeValue } from './recipe';
import { takeStart } from './lora-start';
import { TakenKeys } from './taken-keys';
import { trainerSettings } from './trainer-settings';
import { yamlText } from './yaml-text';

export const axolotlRecipe: Recipe = {
  name: 'axolotl',
  summary: 'Axolotl: conversations and a configuration for `axolotl train`',
  make(source) {
    const keys = new TakenKeys(source.config);
    const { parts } = source;
    const trainer = trainerSettings(keys, source);
    const settings: RecipeSettings = {
      base_model: source.baseModel,
      datasets: [fileOf('train')],
      ...(parts.validation.length > 0 ? { test_datasets: [fileOf('validation')] } : {}),
      val_set_size: 0,
      chat_template: 'jinja',
      chat_template_jinja: 'chat_template.jinja',
      ...(asksAboutThinking(source) ? { chat_template_kwargs: { enable_thinking: source.thinking } } : {}),
      eot_tokens: source.endTokens,
      sequence_len: keys.take('max_seq_length'),
      // Its default drops what is longer.
      excess_length_strategy: 'truncate',
      sample_packing: keys.take('packing'),
      pad_to_sequence_len: false,
      ...adapterSettings(keys),
      ...renamed(trainer),
      early_stopping_patience: keys.take('early_stopping_patience') ?? undefined,
      ...(keys.take('shuffle') ? {} : { shuffle_merged_datasets: false, curriculum_sampling: true }),
      dataset_prepared_path: 'prepared',
      output_dir: 'output',
    };
    return {
      files: new Map([
        ['axolotl.yaml', yamlText(settings)],
        ['chat_template.jinja', source.chatTemplate],
        ...dataFiles(parts, rowsOf),
      ]),
      use: ['pip install axolotl', 'axolotl train axolotl.yaml'],
      differences: keys.lost(),
    };
  },
};

/** What it calls otherwise than transformers does; null is for what it has not. */
const NAMES: Readonly<Record<string, string | null>> = {
  per_device_train_batch_size: 'micro_batch_size',
  per_device_eval_batch_size: 'eval_batch_size',
  num_train_epochs: 'num_epochs',
  lr_scheduler_type: 'lr_scheduler',
  optim: 'optimizer',
  report_to: null,
};

function renamed(settings: RecipeSettings): RecipeSettings {
  const entries = Object.entries(settings).flatMap(([key, value]) => {
    const name = NAMES[key] === undefined ? key : NAMES[key];
    return name === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Each message of the assistant says whether it is learnt. */
function rowsOf(conversations: RecipeParts['train']): unknown[] {
  return conversations.map((messages) => ({
    messages: messages.map((message) => ({ ...templateMessage(message), train: message.trained })),
  }));
}

function fileOf(part: string): RecipeValue {
  return {
    path: `data/${part}.jsonl`,
    ds_type: 'json',
    split: 'train',
    type: 'chat_template',
    // A dataset's own goes before the configuration's, and is the tokenizer's unless it is given.
    chat_template: 'jinja',
    chat_template_jinja: 'chat_template.jinja',
    field_messages: 'messages',
    message_field_training: 'train',
    roles_to_train: ['assistant'],
    train_on_eos: 'turn',
  };
}

function adapterSettings(keys: TakenKeys): RecipeSettings {
  if (keys.take('training_type') !== 'lora') return {};
  const in4bit = keys.take('load_in_4bit');
  const targets = keys.take('target_modules');
  const start = takeStart(keys);
  const [ranks, alphas] = [keys.take('rank_pattern'), keys.take('alpha_pattern')];
  const from = keys.take('adapter');
  return {
    adapter: in4bit ? 'qlora' : 'lora',
    ...(in4bit ? { load_in_4bit: true } : {}),
    ...(in4bit && !keys.take('bnb_4bit_use_double_quant')
      ? { bnb_config_kwargs: { bnb_4bit_use_double_quant: false } }
      : {}),
    ...(from === null ? {} : { lora_model_dir: from }),
    lora_r: keys.take('lora_r'),
    lora_alpha: keys.take('lora_alpha'),
    lora_dropout: keys.take('lora_dropout'),
    loraplus_lr_ratio: keys.take('loraplus_lr_ratio') ?? undefined,
    ...(targets === 'all-linear' ? { lora_target_linear: true } : { lora_target_modules: targets }),
    lora_modules_to_save: keys.take('modules_to_save') ?? undefined,
    ...(keys.take('use_rslora') ? { peft_use_rslora: true } : {}),
    ...(keys.take('use_dora') ? { peft_use_dora: true } : {}),
    ...(start === true ? {} : { peft_init_lora_weights: start }),
    ...(Object.keys(ranks).length === 0 ? {} : { lora_rank_pattern: ranks }),
    ...(Object.keys(alphas).length === 0 ? {} : { lora_alpha_pattern: alphas }),
  };
}
