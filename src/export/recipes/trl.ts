import { rowNotes } from './answer-rows';
import type { Recipe, RecipeSettings } from './recipe';
import { TakenKeys } from './taken-keys';
import { quantisationPackages, trainerSettings, weightType, wholeAlpha } from './trainer-settings';
import { COMPLETION_NOTE, trlData } from './trl-data';
import { yamlText } from './yaml-text';

/** TRL's own command line, `trl sft`. */
export const trlRecipe: Recipe = {
  name: 'trl',
  summary: 'Hugging Face TRL: data and a configuration for `trl sft`',
  make(source) {
    const keys = new TakenKeys(source.config);
    keys.cannot('early_stopping_patience', 'its command line does not stop early');
    keys.cannot('adapter', 'its command line always starts with a new adapter');
    for (const key of ['rank_pattern', 'alpha_pattern', 'init_lora_weights'] as const)
      keys.cannot(key, 'its command line has no such key (your own script can pass it to LoraConfig)');
    const settings: RecipeSettings = {
      model_name_or_path: source.baseModel,
      dtype: weightType(source),
      dataset_name: 'data',
      ...(source.parts.validation.length > 0 ? { dataset_test_split: 'validation' } : {}),
      chat_template_path: 'chat_template.jinja',
      completion_only_loss: true,
      max_length: keys.take('max_seq_length'),
      packing: keys.take('packing'),
      ...loraSettings(keys),
      ...trainerSettings(keys, source),
      ...(keys.take('shuffle') ? {} : { shuffle_dataset: false, train_sampling_strategy: 'sequential' }),
      output_dir: 'output',
    };
    return {
      files: new Map([
        ['trl.yaml', yamlText(settings)],
        ['chat_template.jinja', source.chatTemplate],
        ...trlData(source),
      ]),
      use: [`pip install "trl[peft]"${quantisationPackages(source)}`, 'trl sft --config trl.yaml'],
      differences: [...keys.lost(), ...rowNotes(source), COMPLETION_NOTE],
    };
  },
};

function loraSettings(keys: TakenKeys): RecipeSettings {
  if (keys.take('training_type') !== 'lora') return { use_peft: false };
  const targets = keys.take('target_modules');
  const tables = keys.take('modules_to_save');
  const in4bit = keys.take('load_in_4bit');
  return {
    use_peft: true,
    lora_r: keys.take('lora_r'),
    lora_alpha: wholeAlpha(keys),
    lora_dropout: keys.take('lora_dropout'),
    lora_target_modules: typeof targets === 'string' ? [targets] : [...targets],
    ...(tables === null ? {} : { lora_modules_to_save: tables }),
    use_rslora: keys.take('use_rslora'),
    use_dora: keys.take('use_dora'),
    ...(in4bit ? { load_in_4bit: true, use_bnb_nested_quant: keys.take('bnb_4bit_use_double_quant') } : {}),
  };
}
