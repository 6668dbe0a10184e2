import { CONFIG_SCHEMA, type Config, type ResolvedConfig } from './config-schema';

/** The values a run would have, `name` and paths as they are written. */
export type EffectiveValues = Omit<ResolvedConfig, 'name' | 'model_name' | 'dataset'> & {
  readonly name: string | null;
  readonly model_name: string | null;
  readonly dataset: string | null;
};

/** Whether a run of so many updates ends before the warm-up that it has unless told otherwise. */
export function isShort(maxSteps: unknown): maxSteps is number {
  return typeof maxSteps === 'number' && maxSteps < CONFIG_SCHEMA.properties.warmup_steps.default;
}

/** Fills in the defaults; a required key that is missing is null. Values are taken as they are, checked or not. */
export function withDefaults(written: Partial<Config>): EffectiveValues {
  const values: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(CONFIG_SCHEMA.properties)) {
    if (key !== '$schema')
      values[key] = written[key as keyof Config] ?? ('default' in property ? property.default : null);
  }
  // An explicit null is a choice where there is a default as well: eval_steps null switches off.
  for (const [key, value] of Object.entries(written)) if (value === null && key in values) values[key] = null;
  if (written.split !== undefined) {
    const { train, validation = 0, test = 0, seed = 42, near_duplicate_threshold = 0.8 } = written.split;
    values['split'] = { train, validation, test, seed, near_duplicate_threshold };
  }
  // A default that does not fit gives way; advice tells it.
  if (written.warmup_steps === undefined && isShort(written.max_steps)) {
    values['warmup_steps'] = Math.floor(written.max_steps / 10);
  }
  // warmup_ratio acts only where warmup_steps is 0: whoever gives the ratio alone means it.
  if (written.warmup_ratio !== undefined && written.warmup_steps === undefined) values['warmup_steps'] = 0;
  return values as unknown as EffectiveValues;
}
