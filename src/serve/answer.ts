import { randomInt } from 'node:crypto';
import type { DecodeLoop } from '../generate/decode-loop';
import type { LlamaModel } from '../model/llama';
import { createRandom } from '../base/random';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import { createStreamingDecoder } from '../text/streaming-decoder';
import { ApiError } from './api-error';
import type { CompletionRequest } from './completion-request';
import { StopStrings } from './stop-strings';

/** Tokens of a chat answer where the request names no limit: a small model that never stops should not answer for minutes. */
const DEFAULT_MAX_TOKENS = 1024;

export interface Answer {
  readonly finishReason: 'stop' | 'length';
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Without the stop token. */
  readonly tokenIds: readonly number[];
}

/** The client went away: nobody reads the answer. */
export class Disconnected extends Error {}

export interface AnswerOptions {
  readonly request: CompletionRequest;
  /** Ids of the prompt. */
  readonly prompt: readonly number[];
  /** Called with each piece of text that is certain; never with an empty one. */
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Throws ApiError 400 where a prompt is empty or leaves no room for an answer. @returns the most tokens of the answer */
function answerRoom(loop: DecodeLoop, model: LlamaModel, prompt: readonly number[], maxTokens?: number): number {
  const { vocabSize, maxPositionEmbeddings: context } = model.config;
  if (prompt.length === 0) throw new ApiError(400, 'the prompt is empty', { param: 'prompt', code: 'invalid_value' });
  const outside = prompt.find((id) => id >= vocabSize);
  if (outside !== undefined) {
    const message = `the model has token ids 0 to ${vocabSize - 1}, not ${outside}`;
    throw new ApiError(400, message, { param: 'prompt', code: 'invalid_value' });
  }
  const most = Math.min(context, loop.cache.rows);
  if (prompt.length >= most) {
    const limit = most === context ? 'the model has room for' : 'the server keeps (see --cache-mib)';
    throw new ApiError(400, `the prompt has ${prompt.length} tokens, ${limit} ${most} with the answer`, {
      param: 'messages',
      code: 'context_length_exceeded',
    });
  }
  return Math.min(maxTokens ?? DEFAULT_MAX_TOKENS, most - prompt.length);
}

/** Lets a model answer. @throws Disconnected, and what answerRoom throws before any text is given */
export async function answer(
  loop: DecodeLoop,
  model: LlamaModel,
  { tokenizer, stopTokenIds }: ChatTokenizer,
  { request, prompt, onText, signal }: AnswerOptions,
): Promise<Answer> {
  const maxNewTokens = answerRoom(loop, model, prompt, request.maxTokens);
  const random = createRandom(request.seed ?? randomInt(2 ** 32));
  const decoder = createStreamingDecoder(tokenizer, { skipSpecialTokens: true });
  const stops = new StopStrings(request.stop);
  const give = (text: string): void => {
    if (text !== '') onText(text);
  };
  const { tokenIds, stop, cachedTokens } = await loop.submit({
    model,
    prompt,
    maxNewTokens,
    sampling: request.sampling,
    stopTokenIds,
    random: () => random.nextFloat(),
    onToken: (id) => {
      give(stops.push(decoder.push(id)));
      return stops.stopped;
    },
    signal,
  });
  if (stop === 'aborted') throw new Disconnected();
  give(stops.push(decoder.end()));
  give(stops.end());
  return {
    finishReason: stops.stopped ? 'stop' : stop,
    promptTokens: prompt.length,
    cachedTokens,
    tokenIds,
  };
}
