import type { ResolvedConfig } from '../../config/config-schema';
import { virtualTokens } from '../../config/virtual-room';
import { longestText, type LlamaConfig } from '../../model/llama-config';
import type { ChatTokenizer } from '../../text/chat-tokenizer';

/** What is to be said of sample prompts that leave the model no room for an answer, or less than max_new_tokens. */
export function sampleRoom(config: ResolvedConfig, model: LlamaConfig, chat: ChatTokenizer): string[] {
  const context = longestText(model) - virtualTokens(config);
  return (config.sample_prompts ?? []).flatMap((question, at) => {
    const { length } = chat.encodeQuestion({ question });
    const room = context - length;
    if (room >= config.max_new_tokens) return [];
    const what = `sample_prompts: number ${at + 1} has ${length} tokens with its template, and the model supports ${context}`;
    return [
      room <= 0
        ? `${what}: it gets no answer - shorten it`
        : `${what}: its answers stop after ${room} of max_new_tokens ${config.max_new_tokens} - shorten it, or lower max_new_tokens`,
    ];
  });
}
