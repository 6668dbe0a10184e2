import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DecodeLoop } from '../generate/decode-loop';
import { SftError } from '../base/errors';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import { answer, Disconnected, type Answer } from './answer';
import { ApiError, asApiError } from './api-error';
import { CompletionObjects, type CompletionKind } from './completion-objects';
import { parseChatRequest, parseTextRequest, type CompletionRequest } from './completion-request';
import type { ModelCatalog, ModelShelf, ModelSource } from './model-shelf';
import { readBody } from './request-body';

/** What the routes work with. */
export interface ServeContext {
  readonly catalog: ModelCatalog;
  readonly shelf: ModelShelf;
  readonly loop: DecodeLoop;
  readonly maxBodyBytes: number;
  /** Requests that may wait for their turn; more are told to come back. */
  readonly maxQueued: number;
  readonly log: (line: string) => void;
}

type Handler = (context: ServeContext, request: IncomingMessage, response: ServerResponse) => Promise<void>;

const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/v1/models': { GET: listModels },
  '/v1/chat/completions': {
    POST: async (context, request, response) => {
      const chatRequest = parseChatRequest(await readBody(request, context.maxBodyBytes));
      const prompt = encodeChat(context.catalog.chat, chatRequest.messages);
      await complete(context, response, 'chat', chatRequest, prompt);
    },
  },
  '/v1/completions': {
    POST: async (context, request, response) => {
      const textRequest = parseTextRequest(await readBody(request, context.maxBodyBytes));
      const { prompt } = textRequest;
      const ids = typeof prompt === 'string' ? context.catalog.chat.tokenizer.encode(prompt) : prompt;
      await complete(context, response, 'text', textRequest, ids);
    },
  },
};

/** Answers a request that the guard let in. @throws ApiError where nothing was answered yet */
export async function route(context: ServeContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0]!;
  const method = request.method ?? '';
  const one = /^\/v1\/models\/([^/]+)$/.exec(path)?.[1];
  const methods: Readonly<Record<string, Handler>> | undefined =
    one !== undefined ? { GET: showModel(one) } : Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (methods === undefined) {
    const known = Object.keys(ROUTES).join(', ');
    throw new ApiError(404, `there is no ${path}; there are ${known}`, { code: 'unknown_url' });
  }
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler === undefined) {
    const allow = Object.keys(methods).join(', ');
    throw new ApiError(405, `${path} takes ${allow}, not ${method}`, {
      code: 'method_not_allowed',
      headers: { allow },
    });
  }
  await handler(context, request, response);
}

export function sendJson(response: ServerResponse, status: number, value: object, headers: object = {}): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

const modelObject = ({ id, created }: ModelSource): object => ({ id, object: 'model', created, owned_by: 'sft' });

async function listModels({ catalog }: ServeContext, _: IncomingMessage, response: ServerResponse): Promise<void> {
  const data = (await catalog.list()).map(modelObject);
  sendJson(response, 200, { object: 'list', data });
}

function showModel(id: string): Handler {
  return async ({ catalog }, _, response) => {
    const source = (await catalog.list()).find((known) => known.id === id);
    if (source === undefined) {
      throw new ApiError(404, `there is no model ${JSON.stringify(id)}`, { param: 'model', code: 'model_not_found' });
    }
    sendJson(response, 200, modelObject(source));
  };
}

/** @throws ApiError 400 where the template refuses the conversation, such as two questions in a row */
function encodeChat(chat: ChatTokenizer, messages: Parameters<ChatTokenizer['encodePrompt']>[0]): number[] {
  try {
    return chat.encodePrompt(messages);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    const message = `the model's chat template refuses the messages: ${error.message}`;
    throw new ApiError(400, message, { param: 'messages', code: 'invalid_value' });
  }
}

async function complete(
  context: ServeContext,
  response: ServerResponse,
  kind: CompletionKind,
  request: CompletionRequest,
  prompt: readonly number[],
): Promise<void> {
  const { catalog, shelf, loop, maxQueued } = context;
  if (loop.queued >= maxQueued) {
    throw new ApiError(503, `${loop.queued} requests wait already: try again later`, {
      code: 'server_busy',
      headers: { 'retry-after': '1' },
    });
  }
  const gone = new AbortController();
  response.on('close', () => {
    gone.abort();
  });
  if (response.destroyed) return;
  const objects = new CompletionObjects(kind, request.model);
  const output = request.stream
    ? new StreamedOutput(response, objects, request)
    : new WholeOutput(response, objects, request);
  const options = { request, prompt, onText: output.piece.bind(output), signal: gone.signal };
  try {
    output.end(await shelf.use(request.model, (model) => answer(loop, model, catalog.chat, options)));
  } catch (error) {
    if (error instanceof Disconnected) return;
    // A stream that has begun can only say so in the stream.
    if (!response.headersSent) throw error;
    response.end(event(asApiError(error, context.log).body));
  }
}

/** The answer as one JSON document. */
class WholeOutput {
  private text = '';

  constructor(
    private readonly response: ServerResponse,
    private readonly objects: CompletionObjects,
    private readonly request: CompletionRequest,
  ) {}

  piece(text: string): void {
    this.text += text;
  }

  end(answered: Answer): void {
    sendJson(this.response, 200, this.objects.whole(this.text, answered, this.request.returnTokenIds));
  }
}

/** The answer as server-sent events, from the first text on. */
class StreamedOutput {
  constructor(
    private readonly response: ServerResponse,
    private readonly objects: CompletionObjects,
    private readonly request: CompletionRequest,
  ) {}

  piece(text: string): void {
    this.begin();
    this.response.write(event(this.objects.piece(text)));
  }

  end(answered: Answer): void {
    this.begin();
    for (const chunk of this.objects.last(answered, this.request.includeUsage)) this.response.write(event(chunk));
    this.response.end('data: [DONE]\n\n');
  }

  private begin(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    for (const chunk of this.objects.first()) this.response.write(event(chunk));
  }
}

function event(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
