import { TABLES, type ResolvedConfig } from '../config/config-schema';
import type { ModelOptions } from '../generate/session';
import { weightOptions } from '../model/weight-options';
import type { ChatTokenizerOptions } from '../text/chat-tokenizer';

type RowKeys = 'training_type' | 'trainable_tokens' | 'modules_to_save' | 'ensure_weight_tying';

/** What a configuration says of how conversations are written. Of `auto` only the data can tell: it is off until they are read. */
export function chatOptions(
  config: Pick<ResolvedConfig, 'system_prompt' | 'train_on' | 'enable_thinking' | RowKeys>,
): ChatTokenizerOptions {
  const { training_type: type, trainable_tokens: tokens, modules_to_save: tables } = config;
  const trainsAll =
    type === 'full' ||
    (tables !== null && (config.ensure_weight_tying || TABLES.every((name) => tables.includes(name))));
  return {
    systemPrompt: config.system_prompt,
    trainOn: config.train_on,
    enableThinking: config.enable_thinking === true,
    trainsRows: (id, token) =>
      trainsAll || tokens === 'template' || (Array.isArray(tokens) && (tokens.includes(id) || tokens.includes(token))),
  };
}

/** What a configuration says of how its base model is read. */
export function modelOptions(config: ResolvedConfig): ModelOptions {
  return { ...chatOptions(config), ...weightOptions(config) };
}
