import { randomInt } from 'node:crypto';
import type { DecodeLoop } from '../generate/decode-loop';
import type { TokenLogProb } from '../generate/token-log-prob';
import type { LlamaModel } from '../model/llama';
import { virtualIds } from '../model/virtual-tokens';
import { createRandom } from '../base/random';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import { createStreamingDecoder } from '../text/streaming-decoder';
import { ApiError } from './api-error';
import type { CompletionRequest } from './completion-request';
import type { Prompt } from './prompts';
import { StopStrings } from './stop-strings';

/** Tokens of a chat answer where the request names no limit: a small model that never stops should not answer for minutes. */
const DEFAULT_MAX_TOKENS = 1024;
/** Of one request, so many prompts are with the model at once; the others leave the queue to other requests. */
const AT_ONCE = 16;

export interface Answer {
  readonly finishReason: 'stop' | 'length';
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Without the stop token. */
  readonly tokenIds: readonly number[];
}

/** A token of the echoed prompt or of the answer. */
export interface RatedToken {
  readonly id: number;
  readonly echoed: boolean;
  /** Undefined of the first one, which nothing stands before. */
  readonly likely: TokenLogProb | undefined;
}

/** More of an answer: text that is certain, and the tokens since the last piece where log probabilities were asked for. */
export interface Piece {
  readonly text: string;
  readonly tokens: readonly RatedToken[];
}

/** Takes the answers to a request's prompts; each begins with the prompt itself where that was asked for. */
export interface AnswerOutput {
  /** Never an empty piece. */
  piece(prompt: number, piece: Piece): void;
  done(prompt: number, answer: Answer): void;
}

/** The client went away: nobody reads the answer. */
export class Disconnected extends Error {}

/** Throws ApiError 400 where a prompt is empty or leaves no room for an answer. @returns the most tokens of the answer */
function answerRoom(loop: DecodeLoop, model: LlamaModel, { ids, param }: Prompt, maxTokens?: number): number {
  const { vocabSize } = model.config;
  const { context } = model;
  if (ids.length === 0) throw new ApiError(400, `${param} is empty`, { param, code: 'invalid_value' });
  const outside = ids.find((id) => id >= vocabSize);
  if (outside !== undefined) {
    const message = `${param}: the model has token ids 0 to ${vocabSize - 1}, not ${outside}`;
    throw new ApiError(400, message, { param, code: 'invalid_value' });
  }
  const most = Math.min(context, loop.cache.rows - virtualIds(model).length);
  const wanted = maxTokens ?? DEFAULT_MAX_TOKENS;
  if (ids.length + Math.min(wanted, 1) > most) {
    const limit = most === context ? 'the model has room for' : 'the server keeps (see --cache-mib)';
    const answer = wanted === 0 ? '' : ' with the answer';
    const message = `${param} has ${ids.length} tokens, ${limit} ${most}${answer}`;
    throw new ApiError(400, message, { param, code: 'context_length_exceeded' });
  }
  return Math.min(wanted, most - ids.length);
}

/**
 * Lets a model answer a request's prompts, each as if it were alone.
 * @throws Disconnected, and before anything is given ApiError 400 where a prompt does not fit the model
 */
export async function answerAll(
  loop: DecodeLoop,
  model: LlamaModel,
  chat: ChatTokenizer,
  request: CompletionRequest,
  prompts: readonly Prompt[],
  output: AnswerOutput,
  signal: AbortSignal,
): Promise<void> {
  const rooms = prompts.map((prompt) => answerRoom(loop, model, prompt, request.maxTokens));
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < prompts.length) {
      const i = next++;
      const give = output.piece.bind(output, i);
      const asked = { prompt: prompts[i]!, maxNewTokens: rooms[i]!, signal: either };
      try {
        output.done(i, await answer(loop, model, chat, request, asked, give));
      } catch (error) {
        failed.abort();
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, prompts.length) }, work));
  // The others ended because one of them failed.
  const reasons = ended.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  if (reasons.length > 0) throw reasons.find((reason) => !(reason instanceof Disconnected)) ?? reasons[0];
}

async function answer(
  loop: DecodeLoop,
  model: LlamaModel,
  { tokenizer, stopTokenIds }: ChatTokenizer,
  request: CompletionRequest,
  asked: { readonly prompt: Prompt; readonly maxNewTokens: number; readonly signal: AbortSignal },
  onPiece: (piece: Piece) => void,
): Promise<Answer> {
  const { ids, echoed } = asked.prompt;
  const random = createRandom(request.seed ?? randomInt(2 ** 32));
  const decoder = createStreamingDecoder(tokenizer, { skipSpecialTokens: true });
  const stops = new StopStrings(request.stop);
  const rated = request.logProbs !== undefined;
  let tokens: RatedToken[] = rated && echoed !== undefined ? [{ id: ids[0]!, echoed: true, likely: undefined }] : [];
  // An echoed prompt goes out with its log probabilities: they are known once all of it was read.
  let left = tokens.length === 0 ? 0 : ids.length - 1;
  const give = (text: string): void => {
    if (text === '' && tokens.length === 0) return;
    onPiece({ text, tokens });
    tokens = [];
  };
  if (echoed !== undefined && left === 0) give(echoed);
  const { tokenIds, stop, cachedTokens } = await loop.submit({
    model,
    prompt: ids,
    maxNewTokens: asked.maxNewTokens,
    sampling: request.sampling,
    stopTokenIds,
    random: () => random.nextFloat(),
    logProbs: request.logProbs && {
      top: request.logProbs.top,
      prompt: left > 0,
      onLogProb: (likely) => {
        tokens.push({ id: likely.id, echoed: left > 0, likely });
        if (left > 0 && --left === 0) give(echoed!);
      },
    },
    onToken: (id) => {
      const text = stops.push(decoder.push(id));
      if (text !== '') give(text);
      return stops.stopped;
    },
    signal: asked.signal,
  });
  if (stop === 'aborted') throw new Disconnected();
  give(stops.push(decoder.end()) + stops.end());
  return { finishReason: stops.stopped ? 'stop' : stop, promptTokens: ids.length, cachedTokens, tokenIds };
}
