import type { ResolvedConfig } from '../config/config-schema';
import type { ModelOptions } from '../generate/session';
import { weightOptions } from '../model/weight-options';
import type { ChatTokenizerOptions } from '../text/chat-tokenizer';

/** What a configuration says of how conversations are written. Of `auto` only the data can tell: it is off until they are read. */
function chatOptions(
  config: Pick<ResolvedConfig, 'system_prompt' | 'train_on' | 'enable_thinking' | 'training_type' | 'trainable_tokens'>,
): ChatTokenizerOptions {
  const { training_type: type, trainable_tokens: tokens } = config;
  return {
    systemPrompt: config.system_prompt,
    trainOn: config.train_on,
    enableThinking: config.enable_thinking === true,
    trainsRows: (id, token) =>
      type === 'full' ||
      tokens === 'template' ||
      (Array.isArray(tokens) && (tokens.includes(id) || tokens.includes(token))),
  };
}

/** What a configuration says of how its base model is read. */
export function modelOptions(config: ResolvedConfig): ModelOptions {
  return { ...chatOptions(config), ...weightOptions(config) };
}
