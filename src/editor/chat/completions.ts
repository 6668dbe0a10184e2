import { SftError } from '../../base/errors';
import type { ChatSettings } from '../../messages/chat';
import type { ChatMessage } from '../../text/chat-template';
import { SseParser } from './sse';

/** Where an OpenAI-compatible server answers. */
export interface Endpoint {
  /** As far as `/v1`. */
  readonly url: string;
  /** The bearer token; undefined where none is asked for. */
  readonly key: string | undefined;
  /** It is `sft serve`, which takes transformers' top_k and do_sample; others refuse what they do not know. */
  readonly own: boolean;
  /** As a person knows it, in errors. */
  readonly name: string;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly settings: Omit<ChatSettings, 'system'>;
}

export type ChatPiece =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'end';
      /** OpenAI's: stop, length, … */
      readonly reason: string | undefined;
      readonly usage: { readonly promptTokens: number; readonly newTokens: number } | undefined;
    };

/**
 * Asks for an answer and gives it piece by piece, the end last.
 * @throws SftError `unreachable`, `refused` or `bad-answer`; the signal's reason where it is aborted
 */
export async function* streamChat(
  endpoint: Endpoint,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatPiece, void, undefined> {
  const response = await post(endpoint, request, signal);
  if (!response.ok) throw await refusalOf(endpoint, response);
  let reason: string | undefined;
  let usage: Usage | undefined;
  for await (const value of answers(endpoint, response)) {
    const choice = value.choices?.[0];
    const text = choice?.delta?.content ?? choice?.message?.content;
    if (value.error !== undefined) throw new SftError('refused', `${endpoint.name}: ${messageOf(value.error)}`);
    if (typeof text === 'string' && text !== '') yield { type: 'text', text };
    reason = choice?.finish_reason ?? reason;
    usage = value.usage ?? usage;
  }
  signal.throwIfAborted();
  const { prompt_tokens: promptTokens, completion_tokens: newTokens } = usage ?? {};
  const counted = isCount(promptTokens) && isCount(newTokens) ? { promptTokens, newTokens } : undefined;
  yield { type: 'end', reason, usage: counted };
}

/** The names of the models that a server has. @throws SftError as streamChat */
export async function listModels(endpoint: Endpoint, signal: AbortSignal): Promise<string[]> {
  const response = await ask(endpoint, 'models', {}, signal);
  if (!response.ok) throw await refusalOf(endpoint, response);
  const { data } = parsed(endpoint, await response.text()) as { readonly data?: unknown };
  if (!Array.isArray(data)) throw badAnswer(endpoint, 'it lists no models');
  const ids = data.map((model: unknown) => (model as { readonly id?: unknown } | null)?.id);
  return ids.filter((id) => typeof id === 'string');
}

async function post(endpoint: Endpoint, request: ChatRequest, signal: AbortSignal): Promise<Response> {
  const body = JSON.stringify(bodyOf(endpoint, request));
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  return ask(endpoint, 'chat/completions', { method: 'POST', headers, body }, signal);
}

async function ask(
  endpoint: Endpoint,
  path: string,
  request: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  signal: AbortSignal,
): Promise<Response> {
  const { url, key, own, name } = endpoint;
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  try {
    return await fetch(`${url}/${path}`, {
      ...request,
      headers: { ...request.headers, ...authorization },
      // The key must not follow to another server.
      redirect: 'error',
      signal,
    });
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new SftError('unreachable', `${name} cannot be reached: ${reason}`, {
      remedy: own ? 'try again' : `check that a server is running at ${url}`,
      cause,
    });
  }
}

function bodyOf({ own }: Endpoint, { model, messages, settings }: ChatRequest): object {
  const { maxNewTokens, temperature, topP, topK, doSample, seed } = settings;
  const samples = doSample && temperature > 0;
  const sampling = {
    ...(samples ? { temperature, top_p: topP } : { temperature: 0 }),
    ...(own ? { do_sample: samples, ...(samples ? { top_k: topK } : {}) } : {}),
  };
  return {
    model,
    messages,
    max_tokens: maxNewTokens,
    ...sampling,
    ...(seed === undefined ? {} : { seed }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

interface Usage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
}

/** What is read of an answer; everything in it may be missing. */
interface Answer {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: unknown } | null;
    readonly message?: { readonly content?: unknown } | null;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: Usage | null;
  readonly error?: unknown;
}

async function* answers(endpoint: Endpoint, response: Response): AsyncGenerator<Answer, void, undefined> {
  const type = response.headers.get('content-type') ?? '';
  if (response.body === null) throw badAnswer(endpoint, 'it sent no answer');
  if (!type.startsWith('text/event-stream')) {
    yield parsed(endpoint, await response.text());
    return;
  }
  const events = new SseParser();
  const decoder = new TextDecoder();
  let ended = false;
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    for (const data of events.push(decoder.decode(bytes, { stream: true }))) {
      if (data === '[DONE]') ended = true;
      else yield parsed(endpoint, data);
    }
  }
  if (!ended) throw badAnswer(endpoint, 'the answer ended too early');
}

function parsed(endpoint: Endpoint, text: string): Answer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badAnswer(endpoint, `it does not follow OpenAI's protocol: ${text.slice(0, 80)}`);
  }
  if (typeof value !== 'object' || value === null) throw badAnswer(endpoint, 'its answer is not a JSON object');
  return value;
}

async function refusalOf(endpoint: Endpoint, response: Response): Promise<SftError> {
  const text = (await response.text().catch(() => '')).slice(0, 2000);
  let said = text;
  try {
    said = messageOf((JSON.parse(text) as { error?: unknown }).error ?? text);
  } catch {
    // Not JSON: shown as it is.
  }
  const remedies: Readonly<Record<number, string>> = {
    401: 'check its key (SFT: Add Chat Endpoint)',
    403: 'check its key (SFT: Add Chat Endpoint)',
    404: 'check the address and the name of the model (SFT: Add Chat Endpoint)',
    429: 'wait a moment, then try again',
  };
  const code = codeOf(text);
  const remedy =
    code === 'context_length_exceeded'
      ? 'start a new chat, ask a shorter question, or lower max_new_tokens'
      : endpoint.own
        ? undefined
        : remedies[response.status];
  const reason = `${endpoint.name} answered ${response.status}${said === '' ? '' : `: ${said.slice(0, 300)}`}`;
  return new SftError(
    response.status === 404 ? 'not-found' : 'refused',
    reason,
    remedy === undefined ? {} : { remedy },
  );
}

function codeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { error?: { code?: unknown } }).error?.code;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const message = (error as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : JSON.stringify(error);
}

function badAnswer(endpoint: Endpoint, reason: string): SftError {
  return new SftError('bad-answer', `${endpoint.name}: ${reason}`, { remedy: 'try again' });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
