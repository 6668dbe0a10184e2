import type { Config } from './config-schema';
import type { Finding } from './lora-pairs';
import { removeKey, setKey } from './repair';

/** What keys of the prompt and of tokens say that cannot be, or that has no effect. */
export function* embeddingPairs(config: Config): Generator<Finding> {
  const { trainable_tokens: tokens, training_type: type = 'lora' } = config;
  if (typeof tokens === 'string' && tokens !== 'template') {
    yield {
      key: 'trainable_tokens',
      reason: `trainable_tokens ${JSON.stringify(tokens)} is one word: "template" means the tokens of the chat template, others are listed`,
      remedy: `write a list: [${JSON.stringify(tokens)}]`,
      repairs: [setKey('trainable_tokens', [tokens]), setKey('trainable_tokens', 'template')],
    };
  }
  if (tokens != null && type !== 'lora') {
    const why = type === 'full' ? 'trains the rows of all tokens' : 'trains only tokens before the input';
    yield {
      key: 'trainable_tokens',
      reason: `trainable_tokens has no effect: training_type ${JSON.stringify(type)} ${why}`,
      remedy: 'remove it, or set training_type to "lora"',
      repairs: [removeKey('trainable_tokens'), setKey('training_type', 'lora')],
    };
  }
  if (tokens != null && config.adapter != null) {
    yield {
      key: 'trainable_tokens',
      reason: 'trainable_tokens has no effect: the adapter that training continues from defines which rows it trains',
      remedy: 'remove it, or start a new adapter without "adapter"',
      repairs: [removeKey('trainable_tokens'), removeKey('adapter')],
    };
  }
  yield* tablePairs(config);
  const { prompt_tuning_init: init, prompt_tuning_init_text: text } = config;
  if (config.training_type !== 'prompt_tuning') {
    for (const key of ['num_virtual_tokens', 'prompt_tuning_init', 'prompt_tuning_init_text'] as const) {
      if (config[key] == null) continue;
      yield {
        key,
        reason: `${key} has no effect: training_type ${JSON.stringify(config.training_type ?? 'lora')} puts no tokens before the input`,
        remedy: 'remove it, or set training_type to "prompt_tuning"',
        repairs: [removeKey(key), setKey('training_type', 'prompt_tuning')],
      };
    }
    return;
  }
  if (init === 'text' && (text == null || text.trim() === '')) {
    yield {
      key: 'prompt_tuning_init',
      reason: 'prompt_tuning_init "text" needs words to start from',
      remedy: 'write them in prompt_tuning_init_text, or use "random"',
      repairs: [setKey('prompt_tuning_init', 'random')],
    };
  }
  if (init !== 'text' && text != null) {
    yield {
      key: 'prompt_tuning_init_text',
      reason: 'prompt_tuning_init_text has no effect: the prompt starts at random',
      remedy: 'set prompt_tuning_init to "text", or remove the text',
      repairs: [setKey('prompt_tuning_init', 'text'), removeKey('prompt_tuning_init_text')],
    };
  }
}

/** What keys of whole tables say that cannot be, or that has no effect. */
function* tablePairs(config: Config): Generator<Finding> {
  const { modules_to_save: tables, training_type: type = 'lora' } = config;
  if (tables == null) {
    if (config.ensure_weight_tying !== true) return;
    yield {
      key: 'ensure_weight_tying',
      reason: 'ensure_weight_tying has no effect: no table is trained whole',
      remedy: 'remove it, or name tables in modules_to_save',
      repairs: [removeKey('ensure_weight_tying')],
    };
    return;
  }
  if (type !== 'lora') {
    const why = type === 'full' ? 'trains all tables' : 'trains only tokens before the input';
    yield {
      key: 'modules_to_save',
      reason: `modules_to_save has no effect: training_type ${JSON.stringify(type)} ${why}`,
      remedy: 'remove it, or set training_type to "lora"',
      repairs: [removeKey('modules_to_save'), setKey('training_type', 'lora')],
    };
  }
  if (config.adapter != null) {
    yield {
      key: 'modules_to_save',
      reason: 'modules_to_save has no effect: the adapter that training continues from defines which tables it trains',
      remedy: 'remove it, or start a new adapter without "adapter"',
      repairs: [removeKey('modules_to_save'), removeKey('adapter')],
    };
  }
  if (config.trainable_tokens != null) {
    yield {
      key: 'trainable_tokens',
      reason: 'trainable_tokens cannot be combined with modules_to_save, which trains the rows of all tokens',
      remedy: 'remove one of the two',
      repairs: [removeKey('trainable_tokens'), removeKey('modules_to_save')],
    };
  }
}
