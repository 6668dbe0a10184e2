import { answerRows, asksAboutThinking, dataFiles, rowNotes, templateNotes, type AnswerRow } from './answer-rows';
import { PARTS, type Recipe, type RecipeMessage, type RecipeSettings } from './recipe';
import { TakenKeys } from './taken-keys';
import { quantisationPackages, trainerSettings, wholeAlpha } from './trainer-settings';
import { COMPLETION_NOTE } from './trl-data';
import { yamlText } from './yaml-text';

export const llamaFactoryRecipe: Recipe = {
  name: 'llama-factory',
  summary: 'LLaMA-Factory: data and a configuration for `llamafactory-cli train`',
  make(source) {
    const keys = new TakenKeys(source.config);
    for (const key of ['rank_pattern', 'alpha_pattern', 'init_lora_weights'] as const)
      keys.cannot(key, 'it does not pass this key to PEFT');
    const parts = PARTS.filter((part) => source.parts[part].length > 0);
    const settings: RecipeSettings = {
      stage: 'sft',
      do_train: true,
      model_name_or_path: source.baseModel,
      dataset_dir: 'data',
      dataset: 'train',
      ...(parts.includes('validation') ? { eval_dataset: 'validation' } : {}),
      // Without a name it takes the chat template of the model's folder apart.
      template: undefined,
      ...(asksAboutThinking(source) ? { enable_thinking: source.thinking } : {}),
      mask_history: true,
      cutoff_len: keys.take('max_seq_length'),
      packing: keys.take('packing'),
      ...adapterSettings(keys),
      ...trainerSettings(keys, source),
      ...(keys.take('shuffle') ? {} : { disable_shuffling: true }),
      ...patience(keys),
      overwrite_cache: true,
      output_dir: 'output',
    };
    return {
      files: new Map([
        ['llama-factory.yaml', yamlText(settings)],
        ['chat_template.jinja', source.chatTemplate],
        [
          'data/dataset_info.json',
          `${JSON.stringify(Object.fromEntries(parts.map((part) => [part, described(part)])), null, 2)}\n`,
        ],
        ...dataFiles(source.parts, (conversations) => answerRows(conversations).map(rowOf)),
      ]),
      use: [`pip install llamafactory${quantisationPackages(source)}`, 'llamafactory-cli train llama-factory.yaml'],
      differences: [...keys.lost(), ...templateNotes(source), ...rowNotes(source), COMPLETION_NOTE],
    };
  },
};

function described(part: string): unknown {
  return {
    file_name: `${part}.jsonl`,
    formatting: 'sharegpt',
    columns: { messages: 'messages', system: 'system' },
    tags: {
      role_tag: 'role',
      content_tag: 'content',
      user_tag: 'user',
      assistant_tag: 'assistant',
      system_tag: 'system',
    },
  };
}

/** It reads a system message beside the turns, and thoughts in the answer's text. */
function rowOf({ prompt, answer }: AnswerRow): unknown {
  const [first] = prompt;
  const system = first?.role === 'system' ? first.content : '';
  const turns = [...prompt.slice(first?.role === 'system' ? 1 : 0), answer];
  return { system, messages: turns.map(turnOf) };
}

function turnOf({ role, content, thoughts }: RecipeMessage): unknown {
  return { role, content: thoughts === undefined ? content : `<think>\n${thoughts}\n</think>\n\n${content}` };
}

function patience(keys: TakenKeys): RecipeSettings {
  const steps = keys.take('early_stopping_patience');
  return steps === null ? {} : { early_stopping_steps: steps, load_best_model_at_end: true };
}

function adapterSettings(keys: TakenKeys): RecipeSettings {
  if (keys.take('training_type') !== 'lora') return { finetuning_type: 'full' };
  const targets = keys.peek('target_modules');
  const named = typeof targets === 'string' ? (targets === 'all-linear' ? 'all' : undefined) : targets.join(',');
  if (named !== undefined) keys.take('target_modules');
  keys.cannot('target_modules', 'it accepts only names, no expression: all linear layers are adapted');
  const in4bit = keys.take('load_in_4bit');
  const from = keys.take('adapter');
  return {
    finetuning_type: 'lora',
    ...(from === null ? {} : { adapter_name_or_path: from }),
    lora_rank: keys.take('lora_r'),
    lora_alpha: wholeAlpha(keys),
    lora_dropout: keys.take('lora_dropout'),
    loraplus_lr_ratio: keys.take('loraplus_lr_ratio') ?? undefined,
    lora_target: named ?? 'all',
    additional_target: keys.take('modules_to_save')?.join(','),
    use_rslora: keys.take('use_rslora'),
    use_dora: keys.take('use_dora'),
    ...(in4bit
      ? {
          quantization_bit: 4,
          quantization_method: 'bnb',
          double_quantization: keys.take('bnb_4bit_use_double_quant'),
        }
      : {}),
  };
}
