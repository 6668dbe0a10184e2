import type { Config } from './config-schema';
import type { Finding } from './lora-pairs';
import { removeKey, setKey } from './repair';

/** What keys of the prompt and of tokens say that cannot be, or that has no effect. */
export function* embeddingPairs(config: Config): Generator<Finding> {
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
      remedy: 'write them in prompt_tuning_init_text, or take "random"',
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
