import type { Config } from './config-schema';
import { loraStart } from './lora-start';
import { MODULES } from './lora-schema';
import { removeKey, setKey, type Repair } from './repair';

/** A key whose value cannot be combined with the others. */
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
  yield* startPairs(config);
  const { target_modules: targets } = config;
  if (typeof targets === 'string') {
    const single = MODULES.find((name) => name === targets);
    if (single !== undefined) {
      yield {
        key: 'target_modules',
        reason: `target_modules ${JSON.stringify(targets)} matches no matrix: a text is a regular expression for a whole name`,
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

/** What the start of an adapter asks of other keys. */
function* startPairs(config: Config): Generator<Finding> {
  const { init_lora_weights: value = true, loftq_config: loftq } = config;
  const key = 'init_lora_weights';
  const quoted = JSON.stringify(value);
  const start = loraStart(value);
  if (start === undefined) {
    yield {
      key,
      reason: `init_lora_weights ${quoted} is not a known start of an adapter`,
      remedy: 'use true, "gaussian", "pissa", "pissa_niter_4" (or another number) or "loftq"',
      repairs: [setKey(key, true), setKey(key, 'gaussian')],
    };
    return;
  }
  const { kind } = start;
  if ((kind === 'pissa' || kind === 'loftq') && config.adapter != null) {
    yield {
      key,
      reason: `init_lora_weights ${quoted} has no effect: training goes on from an adapter that has started`,
      remedy: 'remove it, or start a new adapter without "adapter"',
      repairs: [removeKey(key), removeKey('adapter')],
    };
  }
  if (kind === 'pissa' && config.use_dora === true) {
    yield {
      key,
      reason: `init_lora_weights ${quoted} cannot be combined with use_dora: the two ways to split the weights contradict each other`,
      remedy: 'remove one of the two',
      repairs: [removeKey(key), removeKey('use_dora')],
    };
  }
  if (kind === 'loftq' && config.load_in_4bit !== true) {
    yield {
      key,
      reason: 'init_lora_weights "loftq" makes up for what 4 bits lose, but the weights are not kept in 4 bits',
      remedy: 'set load_in_4bit to true, or remove it',
      repairs: [setKey('load_in_4bit', true), removeKey(key)],
    };
  }
  if (loftq == null) return;
  if (kind !== 'loftq') {
    yield {
      key: 'loftq_config',
      reason: `loftq_config has no effect: init_lora_weights is ${quoted}`,
      remedy: 'remove it, or set init_lora_weights to "loftq"',
      repairs: [removeKey('loftq_config'), setKey(key, 'loftq')],
    };
    return;
  }
  for (const [name, given] of Object.entries(loftq)) {
    if (LOFTQ[name]?.value === given) continue;
    const known = LOFTQ[name];
    yield {
      key: 'loftq_config',
      reason:
        known === undefined
          ? `loftq_config has no ${JSON.stringify(name)}: it says loftq_bits and loftq_iter`
          : `loftq_config: ${name} ${given} cannot be: ${known.why}`,
      remedy: known === undefined ? 'remove it' : `set ${name} to ${known.value}, or leave loftq_config out`,
      repairs: [removeKey('loftq_config')],
    };
  }
}

const LOFTQ: Readonly<Record<string, { readonly value: number; readonly why: string }>> = {
  loftq_bits: { value: 4, why: 'weights are kept in 4 bits' },
  loftq_iter: {
    value: 1,
    why: 'further rounds change the 4-bit weights themselves, and the adapter would fit no model that others load in 4 bits',
  },
};

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
  prompt_tuning: 'training_type "prompt_tuning" trains tokens before the input and trains no matrices',
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
  if ((config.init_lora_weights ?? true) !== true) yield refuse('init_lora_weights', 'has no effect');
  if (config.loftq_config != null) yield refuse('loftq_config', 'has no effect');
  for (const key of ['rank_pattern', 'alpha_pattern'] as const) {
    if (Object.keys(config[key] ?? {}).length > 0) yield refuse(key, 'has no effect');
  }
  if (config.loraplus_lr_ratio != null) yield refuse('loraplus_lr_ratio', 'has no effect');
  if (config.training_type !== 'full') return;
  if (config.adapter != null) yield refuse('adapter', 'cannot be continued');
  if (config.load_in_4bit === true) yield refuse('load_in_4bit', 'keeps weights that are frozen');
}
