import type * as v from 'valibot';
import { readCall, toolsOf, writtenCalls } from '../dataset/formats/tool-calls';
import { parseExactly } from '../dataset/json/exact-json';
import type { SamplingOptions } from '../generate/sampler';
import type { ChatMessage } from '../text/chat-template';
import type { JsonFields } from './request-body';
import { invalid, readFields } from './request-fields';
import { CHAT_REQUEST, TEXT_REQUEST } from './request-schema';

/** What both kinds of completion have in common, checked. */
export interface CompletionRequest {
  readonly model: string;
  readonly sampling: SamplingOptions;
  /** Absent: as many as there is room for, see DEFAULT_MAX_TOKENS. */
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  readonly seed: number | undefined;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** vLLM's extension: the answer's token ids beside its text. */
  readonly returnTokenIds: boolean;
  /** Absent: none are wanted. `top`: how many of the likeliest tokens are named at each place. */
  readonly logProbs: { readonly top: number } | undefined;
}

export interface ChatRequest extends CompletionRequest {
  readonly messages: readonly ChatMessage[];
  /** The functions that the model is told of: a JSON list. */
  readonly tools: string | undefined;
}

export interface TextRequest extends CompletionRequest {
  /** Each a text, or the ids of its tokens; at least one. */
  readonly prompts: readonly (string | readonly number[])[];
  /** Give each prompt back before its answer, with its log probabilities where those are wanted. */
  readonly echo: boolean;
}

/**
 * @param source the text that the fields were read from: calls and functions have their numbers as it writes them, as in training
 * @throws ApiError 400 that names the field
 */
export function parseChatRequest(json: JsonFields, source: string): ChatRequest {
  const fields = readFields(CHAT_REQUEST, json);
  const { logprobs = false, top_logprobs: top = 0 } = fields;
  if (top > 0 && !logprobs) throw invalid('top_logprobs', 'is only for logprobs: true');
  return {
    ...commonOf(fields),
    maxTokens: fields.max_completion_tokens ?? fields.max_tokens,
    logProbs: logprobs ? { top } : undefined,
    ...conversationIn(fields, source),
  };
}

function conversationIn(
  { messages, tools = [], tool_choice: choice }: v.InferOutput<typeof CHAT_REQUEST>,
  source: string,
): Pick<ChatRequest, 'messages' | 'tools'> {
  const calls = messages.some((message) => writtenCalls(message).length > 0);
  const exact = (calls || tools.length > 0 ? parseExactly(source) : {}) as JsonFields;
  const written = exact['messages'] as readonly JsonFields[] | undefined;
  return {
    messages: messages.map((message, at) => messageOf(message, writtenCalls(written?.[at] ?? {}))),
    // A model that is not to call any is not told of them: nothing else keeps it from calling.
    tools: choice === 'none' ? undefined : toolsOf(exact),
  };
}

type GivenMessage = v.InferOutput<typeof CHAT_REQUEST>['messages'][number];

function messageOf({ role, content, ...rest }: GivenMessage, calls: readonly unknown[]): ChatMessage {
  const said = typeof content === 'string' ? content : content.map((part) => part.text).join('');
  const { name, tool_call_id: callId } = { name: undefined, tool_call_id: undefined, ...rest };
  return {
    role: role === 'developer' ? 'system' : role,
    content: said,
    ...(calls.length === 0 ? {} : { calls: calls.map(readCall) }),
    ...(role === 'tool' && typeof name === 'string' ? { name } : {}),
    ...(role === 'tool' && typeof callId === 'string' ? { callId } : {}),
  };
}

/** @throws ApiError 400 that names the field */
export function parseTextRequest(json: JsonFields): TextRequest {
  const fields = readFields(TEXT_REQUEST, json);
  // OpenAI's default for this kind.
  const { echo = false, max_tokens: maxTokens = 16, logprobs: top } = fields;
  if (maxTokens === 0 && !echo) throw invalid('max_tokens', 'is 0, which is only for echo: true');
  return {
    ...commonOf(fields),
    maxTokens,
    logProbs: top === undefined ? undefined : { top },
    prompts: fields.prompt,
    echo,
  };
}

type Common = Pick<
  v.InferOutput<typeof CHAT_REQUEST>,
  keyof v.InferOutput<typeof CHAT_REQUEST> & keyof v.InferOutput<typeof TEXT_REQUEST>
>;

function commonOf(fields: Omit<Common, 'logprobs' | 'max_tokens'>): Omit<CompletionRequest, 'logProbs' | 'maxTokens'> {
  const { model, temperature = 1, top_p = 1, top_k = 0, do_sample, stop = [], seed, stream = false } = fields;
  if (!stream && fields.stream_options !== undefined) throw invalid('stream_options', 'is only for stream: true');
  if (stream && fields.return_token_ids === true) throw invalid('return_token_ids', 'is only for stream: false');
  return {
    model,
    sampling: { do_sample: do_sample ?? temperature > 0, temperature, top_p, top_k },
    stop: typeof stop === 'string' ? [stop] : stop,
    seed,
    stream,
    includeUsage: fields.stream_options?.include_usage ?? false,
    returnTokenIds: fields.return_token_ids ?? false,
  };
}
