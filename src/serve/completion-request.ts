import type { SamplingOptions } from '../generate/sampler';
import type { ChatMessage } from '../text/chat-template';
import type { JsonFields } from './request-body';
import { invalid, RequestFields } from './request-fields';

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
}

export interface TextRequest extends CompletionRequest {
  /** Each a text, or the ids of its tokens; at least one. */
  readonly prompts: readonly (string | readonly number[])[];
  /** Give each prompt back before its answer, with its log probabilities where those are wanted. */
  readonly echo: boolean;
}

const WHOLE = { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true } as const;
const MOST_STOPS = 16;
const MOST_PROMPTS = 2048;
/** The most alternatives to a token. */
const ALTERNATIVES = { min: 0, max: 20, whole: true } as const;
const ROLES: Readonly<Record<string, ChatMessage['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

/** @throws ApiError 400 that names the field */
export function parseChatRequest(json: JsonFields): ChatRequest {
  const fields = new RequestFields(json);
  const messages = parseMessages(fields.value('messages'));
  const older = fields.number('max_tokens', WHOLE);
  const maxTokens = fields.number('max_completion_tokens', WHOLE) ?? older;
  const rated = fields.flag('logprobs', false);
  const top = fields.number('top_logprobs', ALTERNATIVES) ?? 0;
  if (top > 0 && !rated) throw invalid('top_logprobs', 'is only for logprobs: true');
  const request = { ...parseCommon(fields, maxTokens), logProbs: rated ? { top } : undefined, messages };
  fields.unsupported('response_format', [{ type: 'text' }]);
  fields.unsupported('tools', [[]]);
  fields.unsupported('tool_choice', ['none', 'auto']);
  fields.unsupported('functions', [[]]);
  fields.unsupported('function_call', ['none', 'auto']);
  fields.unsupported('modalities', [['text']]);
  fields.ignore('parallel_tool_calls', 'reasoning_effort', 'verbosity');
  fields.refuseOthers();
  return request;
}

/** @throws ApiError 400 that names the field */
export function parseTextRequest(json: JsonFields): TextRequest {
  const fields = new RequestFields(json);
  const prompts = parsePrompts(fields.value('prompt'));
  const echo = fields.flag('echo', false);
  // OpenAI's default for this kind.
  const maxTokens = fields.number('max_tokens', { ...WHOLE, min: 0 }) ?? 16;
  if (maxTokens === 0 && !echo) throw invalid('max_tokens', 'is 0, which is only for echo: true');
  const top = fields.number('logprobs', ALTERNATIVES);
  const logProbs = top === undefined ? undefined : { top };
  const request = { ...parseCommon(fields, maxTokens), logProbs, prompts, echo };
  fields.unsupported('best_of', [1]);
  fields.unsupported('suffix', ['']);
  fields.refuseOthers();
  return request;
}

function parseCommon(fields: RequestFields, maxTokens: number | undefined): Omit<CompletionRequest, 'logProbs'> {
  const model = fields.text('model');
  const temperature = fields.number('temperature', { min: 0, max: 2 }) ?? 1;
  const topP = fields.number('top_p', { min: 0, max: 1 }) ?? 1;
  if (topP === 0) throw invalid('top_p', 'is 0: use a number above 0, or temperature 0 for the likeliest token');
  const sampling = {
    do_sample: fields.flag('do_sample', temperature > 0),
    temperature,
    top_p: topP,
    top_k: fields.number('top_k', { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true }) ?? 0,
  };
  const seeds = { min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, whole: true };
  const stream = fields.flag('stream', false);
  const request = {
    model,
    sampling,
    maxTokens,
    stop: parseStop(fields.value('stop')),
    seed: fields.number('seed', seeds),
    stream,
    includeUsage: parseStreamOptions(fields.value('stream_options'), stream),
    returnTokenIds: fields.flag('return_token_ids', false),
  };
  if (stream && request.returnTokenIds) throw invalid('return_token_ids', 'is only for stream: false');
  fields.unsupported('n', [1]);
  fields.unsupported('frequency_penalty', [0]);
  fields.unsupported('presence_penalty', [0]);
  fields.unsupported('logit_bias', [{}]);
  fields.ignore('user', 'metadata', 'store', 'service_tier', 'safety_identifier', 'prompt_cache_key');
  return request;
}

function parseMessages(value: unknown): ChatMessage[] {
  if (value === undefined) throw invalid('messages', 'is missing', 'missing_required_parameter');
  if (!Array.isArray(value)) throw invalid('messages', 'is not a list', 'invalid_type');
  if (value.length === 0) throw invalid('messages', 'is empty');
  return value.map((message: unknown, i) => {
    const at = `messages[${i}]`;
    if (typeof message !== 'object' || message === null) throw invalid(at, 'is not an object', 'invalid_type');
    const { role, content } = message as JsonFields;
    const known = typeof role === 'string' && Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
    if (known === undefined) throw invalid(`${at}.role`, 'is not system, developer, user or assistant');
    return { role: known, content: parseContent(content, `${at}.content`) };
  });
}

/** Text, or a list of parts that are all text. */
function parseContent(content: unknown, at: string): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalid(at, 'is not a string or a list of text parts', 'invalid_type');
  return content
    .map((part: unknown, i) => {
      const { type, text } = (typeof part === 'object' && part !== null ? part : {}) as JsonFields;
      if (type !== 'text' || typeof text !== 'string') throw invalid(`${at}[${i}]`, 'is not a text part');
      return text;
    })
    .join('');
}

/** A text, a list of texts, a list of token ids, or a list of such lists. */
function parsePrompts(value: unknown): TextRequest['prompts'] {
  if (value === undefined) throw invalid('prompt', 'is missing', 'missing_required_parameter');
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    if (items.length === 0) throw invalid('prompt', 'is empty');
    if (isTokenIds(items)) return [items];
    if (items.length > MOST_PROMPTS) throw invalid('prompt', `has ${items.length} prompts, more than ${MOST_PROMPTS}`);
    if (items.every((item) => typeof item === 'string') || items.every(isTokenIds)) return items;
  }
  throw invalid('prompt', 'is not a string, a list of token ids, or a list of either', 'invalid_type');
}

function isTokenIds(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((id) => Number.isSafeInteger(id) && Number(id) >= 0);
}

function parseStop(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (stops.length > MOST_STOPS) throw invalid('stop', `has ${stops.length} strings, more than ${MOST_STOPS}`);
  return stops.map((stop) => {
    if (typeof stop !== 'string') throw invalid('stop', 'is not a string or a list of strings', 'invalid_type');
    if (stop === '') throw invalid('stop', 'holds an empty string');
    return stop;
  });
}

function parseStreamOptions(value: unknown, stream: boolean): boolean {
  if (value === undefined) return false;
  if (!stream) throw invalid('stream_options', 'is only for stream: true');
  if (typeof value !== 'object' || value === null) throw invalid('stream_options', 'is not an object', 'invalid_type');
  const include = (value as JsonFields)['include_usage'] ?? false;
  if (typeof include !== 'boolean')
    throw invalid('stream_options.include_usage', 'is not true or false', 'invalid_type');
  return include;
}
