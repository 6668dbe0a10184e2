import type { ResolvedConfig } from '../config/config-schema';
import type { ChatTokenizerOptions } from '../text/chat-tokenizer';

/** What a configuration says of how conversations are written. Of `auto` only the data can tell: it is off until they are read. */
export function chatOptions(
  config: Pick<ResolvedConfig, 'system_prompt' | 'train_on' | 'enable_thinking'>,
): ChatTokenizerOptions {
  return {
    systemPrompt: config.system_prompt,
    trainOn: config.train_on,
    enableThinking: config.enable_thinking === true,
  };
}
