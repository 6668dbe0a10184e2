import type { ResolvedConfig } from './config-schema';
import { PROJECTIONS } from './lora-schema';

type Key = keyof ResolvedConfig;

const LORA_KEYS: readonly Key[] = [
  'lora_r',
  'lora_alpha',
  'lora_dropout',
  'use_rslora',
  'use_dora',
  'init_lora_weights',
  'loraplus_lr_ratio',
  'rank_pattern',
  'alpha_pattern',
  'target_modules',
  'trainable_tokens',
  'modules_to_save',
  'ensure_weight_tying',
];
const PROMPT_KEYS: readonly Key[] = ['num_virtual_tokens', 'prompt_tuning_init', 'prompt_tuning_init_text'];
/** Of these the first pattern that fits counts. */
const ORDERED: ReadonlySet<Key> = new Set(['rank_pattern', 'alpha_pattern']);

/**
 * The values of a configuration in one form for each meaning, so that two that differ here train differently: keys without effect are
 * undefined, defaults written out are as defaults left out, and what has no order is sorted.
 */
export function effectiveValues(config: ResolvedConfig): Readonly<Partial<Record<Key, unknown>>> {
  // A loftq_config that is accepted says what is done without one.
  const without = new Set<Key>(['packing', 'loftq_config']);
  const drop = (keys: readonly Key[]): void => {
    for (const key of keys) without.add(key);
  };
  if (config.max_steps !== null) drop(['num_train_epochs']);
  if (config.warmup_steps > 0) drop(['warmup_ratio']);
  if (config.training_type !== 'lora') drop(LORA_KEYS);
  if (config.training_type !== 'prompt_tuning') drop(PROMPT_KEYS);
  if (config.prompt_tuning_init !== 'text') drop(['prompt_tuning_init_text']);
  if (config.modules_to_save === null) drop(['ensure_weight_tying']);
  if (!config.retention && config.retention_mix === 0) drop(['retention_dataset']);
  const values = { ...config, target_modules: targetsOf(config.target_modules) };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      without.has(key as Key) ? undefined : ORDERED.has(key as Key) ? value : inOrder(value),
    ]),
  );
}

function targetsOf(targets: ResolvedConfig['target_modules']): ResolvedConfig['target_modules'] {
  if (typeof targets === 'string') return targets;
  const named = new Set(targets);
  return PROJECTIONS.every((name) => named.has(name)) && named.size === PROJECTIONS.length
    ? 'all-linear'
    : [...named].sort();
}

/** The keys of an object have no order. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
