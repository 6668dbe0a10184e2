import { SftError } from '../base/errors';
import type { ChatMessage } from '../text/chat-template';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import { ApiError } from './api-error';

/** What the model is asked: one of a request's prompts. */
export interface Prompt {
  readonly ids: readonly number[];
  /** Where it stands in the request. */
  readonly param: string;
  /** Given back before the answer; undefined where that was not asked for. */
  readonly echoed: string | undefined;
}

/** @throws ApiError 400 where the template refuses the conversation, such as two questions in a row */
export function chatPrompt(chat: ChatTokenizer, messages: readonly ChatMessage[]): Prompt {
  try {
    return { ids: chat.encodePrompt(messages), param: 'messages', echoed: undefined };
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    const message = `the model's chat template refuses the messages: ${error.message}`;
    throw new ApiError(400, message, { param: 'messages', code: 'invalid_value' });
  }
}

/** @param prompts texts, or the ids of their tokens */
export function textPrompts(
  { tokenizer }: ChatTokenizer,
  prompts: readonly (string | readonly number[])[],
  echo: boolean,
): Prompt[] {
  return prompts.map((prompt, i) => {
    const given = typeof prompt === 'string';
    return {
      ids: given ? tokenizer.encode(prompt) : prompt,
      param: prompts.length === 1 ? 'prompt' : `prompt[${i}]`,
      echoed: !echo ? undefined : given ? prompt : tokenizer.decode(prompt),
    };
  });
}
