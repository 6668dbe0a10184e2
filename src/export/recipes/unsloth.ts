import { rowNotes } from './answer-rows';
import type { Recipe, RecipeSettings, RecipeSource, RecipeValue } from './recipe';
import { takeStart } from './lora-start';
import { TakenKeys } from './taken-keys';
import { trainerSettings } from './trainer-settings';
import { COMPLETION_NOTE, trlData } from './trl-data';

export const unslothRecipe: Recipe = {
  name: 'unsloth',
  summary: 'Unsloth, for NVIDIA, AMD and Intel GPUs: data and a train.py',
  make(source) {
    const keys = new TakenKeys(source.config);
    keys.cannot('early_stopping_patience', 'add EarlyStoppingCallback to the trainer for it');
    keys.cannot('rank_pattern', 'it has one rank for all');
    keys.cannot('alpha_pattern', 'it has one lora_alpha for all');
    keys.cannot('adapter', 'set model_name to the adapter folder, and leave out get_peft_model');
    keys.cannot('bnb_4bit_use_double_quant', 'it decides that itself');
    return {
      files: new Map([
        ['train.py', script(source, keys)],
        ['chat_template.jinja', source.chatTemplate],
        ...trlData(source),
      ]),
      use: ['pip install unsloth', 'python train.py'],
      differences: [...keys.lost(), ...rowNotes(source), COMPLETION_NOTE],
    };
  },
};

function script(source: RecipeSource, keys: TakenKeys): string {
  const length = keys.take('max_seq_length');
  const isLora = keys.take('training_type') === 'lora';
  const checkpointing = keys.peek('gradient_checkpointing');
  const model: RecipeSettings = {
    model_name: source.baseModel,
    max_seq_length: length,
    load_in_4bit: keys.take('load_in_4bit'),
    full_finetuning: !isLora,
  };
  const trainer: RecipeSettings = {
    output_dir: 'output',
    max_length: length,
    completion_only_loss: true,
    packing: keys.take('packing'),
    ...trainerSettings(keys, source),
    // The model has been told.
    gradient_checkpointing: undefined,
    ...(keys.take('shuffle') ? {} : { shuffle_dataset: false, train_sampling_strategy: 'sequential' }),
  };
  const lines = [
    '# Written by SFT Workbench. README.md next to it explains how to run it and what differs.',
    'from pathlib import Path',
    '',
    'from unsloth import FastLanguageModel  # before trl, which it changes',
    'from datasets import load_dataset',
    'from trl import SFTConfig, SFTTrainer',
    '',
    `model, tokenizer = FastLanguageModel.from_pretrained(${python(model)})`,
    'tokenizer.chat_template = Path("chat_template.jinja").read_text(encoding="utf-8")',
    ...(isLora
      ? [`model = FastLanguageModel.get_peft_model(model, ${python(loraSettings(keys, checkpointing))})`]
      : []),
    'data = load_dataset("data")',
    'trainer = SFTTrainer(',
    '    model=model,',
    '    processing_class=tokenizer,',
    '    train_dataset=data["train"],',
    '    eval_dataset=data.get("validation"),',
    `    args=SFTConfig(${python(trainer)}),`,
    ')',
    'trainer.train()',
    'model.save_pretrained("result")',
    'tokenizer.save_pretrained("result")',
  ];
  return `${lines.join('\n')}\n`;
}

function loraSettings(keys: TakenKeys, checkpointing: boolean): RecipeSettings {
  const targets = keys.take('target_modules');
  return {
    r: keys.take('lora_r'),
    target_modules: targets,
    lora_alpha: keys.take('lora_alpha'),
    lora_dropout: keys.take('lora_dropout'),
    bias: 'none',
    use_gradient_checkpointing: checkpointing,
    random_state: keys.take('seed'),
    modules_to_save: keys.take('modules_to_save') ?? undefined,
    use_rslora: keys.take('use_rslora'),
    init_lora_weights: takeStart(keys),
  };
}

/** Arguments by name, as Python writes them. */
function python(settings: RecipeSettings): string {
  return Object.entries(settings)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${literal(value)}`]))
    .join(', ');
}

/** What is no list, for no argument is a mapping. JSON's strings are Python's too, but for halves of surrogate pairs. */
function literal(value: RecipeValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${(value as readonly RecipeValue[]).map(literal).join(', ')}]`;
  return JSON.stringify(value);
}
