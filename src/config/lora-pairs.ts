import type { Config } from './config-schema';
import { MODULES } from './lora-schema';
import { removeKey, setKey, type Repair } from './repair';

/** A key whose value cannot be together with the others. */
export interface Finding {
  readonly key: keyof Config;
  readonly reason: string;
  readonly remedy: string;
  readonly repairs?: readonly Repair[];
}

/** What keys of the adapter say that cannot be, or that has no effect. */
export function* loraPairs(config: Config): Generator<Finding> {
  const { training_type: type = 'lora' } = config;
  if (type !== 'lora') {
    yield* withoutAdapter(config, WITHOUT_LORA[type]);
    return;
  }
  const { target_modules: targets } = config;
  if (typeof targets === 'string') {
    const single = MODULES.find((name) => name === targets);
    if (single !== undefined) {
      yield {
        key: 'target_modules',
        reason: `target_modules ${JSON.stringify(targets)} fits no matrix: a text is a regular expression for a whole name`,
        remedy: `write a list: ["${single}"]`,
        repairs: [setKey('target_modules', [single])],
      };
    } else {
      yield* expression('target_modules', targets);
    }
  }
  for (const key of ['rank_pattern', 'alpha_pattern'] as const) {
    for (const pattern of Object.keys(config[key] ?? {})) yield* expression(key, pattern);
  }
}

function* expression(key: keyof Config, pattern: string): Generator<Finding> {
  try {
    new RegExp(`^(?:${pattern})$`);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*: /, '').toLowerCase() : '';
    yield {
      key,
      reason: `${key}: ${JSON.stringify(pattern)} is not a regular expression: ${why}`,
      remedy: 'write names of matrices, such as down_proj',
      repairs: [removeKey(key)],
    };
  }
}

const WITHOUT_LORA = {
  full: 'training_type "full" trains the model itself and has no adapter',
  prompt_tuning: 'training_type "prompt_tuning" trains tokens before the input and puts nothing beside matrices',
} as const;

function* withoutAdapter(config: Config, why: string): Generator<Finding> {
  const remedy = 'remove it, or set training_type to "lora"';
  const refuse = (key: keyof Config, what: string): Finding => ({
    key,
    reason: `${key} ${what}: ${why}`,
    remedy,
    repairs: [removeKey(key), setKey('training_type', 'lora')],
  });
  if ((config.lora_dropout ?? 0) > 0) yield refuse('lora_dropout', 'has no effect');
  if (config.use_rslora === true) yield refuse('use_rslora', 'has no effect');
  if (config.use_dora === true) yield refuse('use_dora', 'has no effect');
  if (config.init_lora_weights === 'gaussian') yield refuse('init_lora_weights', 'has no effect');
  for (const key of ['rank_pattern', 'alpha_pattern'] as const) {
    if (Object.keys(config[key] ?? {}).length > 0) yield refuse(key, 'has no effect');
  }
  if (config.loraplus_lr_ratio != null) yield refuse('loraplus_lr_ratio', 'has no effect');
  if (config.training_type !== 'full') return;
  if (config.adapter != null) yield refuse('adapter', 'cannot be continued');
  if (config.load_in_4bit === true) yield refuse('load_in_4bit', 'keeps weights that are frozen');
}
