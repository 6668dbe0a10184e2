import { SftError } from '../base/errors';
import { isToolMessage } from '../dataset/formats/tool-calls';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import { unwritten } from '../text/tool-support';
import { ApiError } from './api-error';
import type { ChatRequest } from './completion-request';

/** What the model is asked: one of a request's prompts. */
export interface Prompt {
  readonly ids: readonly number[];
  /** Where it stands in the request. */
  readonly param: string;
  /** Given back before the answer; undefined where that was not asked for. */
  readonly echoed: string | undefined;
}

/**
 * @throws ApiError 400 where the template refuses the conversation, such as two questions in a row, or leaves some of it out: an answer
 *   to less than was asked would look like one
 */
export function chatPrompt(chat: ChatTokenizer, { messages, tools }: Pick<ChatRequest, 'messages' | 'tools'>): Prompt {
  try {
    const prompt = { ids: chat.encodePrompt(messages, tools), param: 'messages', echoed: undefined };
    refuseLeftOut('tools', unwritten(chat.template, [], tools, []));
    if (messages.some(isToolMessage)) {
      refuseLeftOut('messages', unwritten(chat.template, messages, undefined, [chat.promptText(messages, tools)]));
    }
    return prompt;
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    const message = `the model's chat template refuses the messages: ${error.message}`;
    throw new ApiError(400, message, { param: 'messages', code: 'invalid_value' });
  }
}

/** @param what the chat template does not write, if anything. @throws ApiError 400 */
function refuseLeftOut(param: string, what: string | undefined): void {
  if (what === undefined) return;
  const message = `${param}: the model's chat template leaves out ${what}`;
  throw new ApiError(400, message, { param, code: 'unsupported_parameter' });
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
