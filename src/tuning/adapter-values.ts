import type { ResolvedConfig } from '../config/config-schema';
import type { LlamaConfig } from '../model/llama-config';
import { readAdapterConfig } from './adapter-config';
import { loraConfigOf } from './lora/lora-config';

type Values = Partial<
  Pick<ResolvedConfig, 'lora_r' | 'lora_alpha' | 'use_rslora' | 'use_dora' | 'num_virtual_tokens'>
> & {
  target_modules?: ResolvedConfig['target_modules'];
};

/**
 * The values of the adapter that a configuration goes on from, where they are others than its own: the adapter is trained on as it is, and
 * they are the ones that count. Undefined where there are none.
 */
export function valuesOfAdapter(config: ResolvedConfig, model: LlamaConfig): Values | undefined {
  if (config.adapter === null) return undefined;
  const json = readAdapterConfig(config.adapter);
  const own: Values =
    config.training_type === 'prompt_tuning'
      ? { num_virtual_tokens: json['num_virtual_tokens'] as number }
      : {
          lora_r: json['r'] as number,
          lora_alpha: json['lora_alpha'] as number,
          use_rslora: json['use_rslora'] === true,
          use_dora: json['use_dora'] === true,
          target_modules: json['target_modules'] as ResolvedConfig['target_modules'],
        };
  const other = Object.entries(own).filter(([key, value]) => {
    if (key !== 'target_modules') return value !== config[key as keyof ResolvedConfig];
    // Tokens and tables are not asked for here, and need the tokenizer.
    const plain = { ...config, trainable_tokens: null, modules_to_save: null };
    return named(value) !== named(loraConfigOf(plain, { config: model }).target_modules);
  });
  return other.length === 0 ? undefined : Object.fromEntries(other);
}

/** What is to be said of them: `lora_r 8 in place of 16`. */
export function adapterValuesText(values: Values, config: ResolvedConfig): string {
  const told = Object.entries(values).map(
    ([key, value]) =>
      `${key} ${JSON.stringify(value)} instead of ${JSON.stringify(config[key as keyof ResolvedConfig])}`,
  );
  return `the adapter keeps its own settings: ${told.join(', ')}`;
}

/** Equal for the same names in another order. */
function named(targets: unknown): string {
  return JSON.stringify(Array.isArray(targets) ? [...(targets as string[])].sort() : targets);
}
