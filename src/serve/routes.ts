import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DecodeLoop } from '../generate/decode-loop';
import { answerAll, Disconnected } from './answer';
import { ApiError, asApiError } from './api-error';
import { CompletionObjects, type CompletionKind } from './completion-objects';
import { parseChatRequest, parseTextRequest, type CompletionRequest } from './completion-request';
import type { ModelCatalog, ModelShelf, ModelSource } from './model-shelf';
import { event, sendJson, StreamedOutput, WholeOutput } from './outputs';
import { chatPrompt, textPrompts, type Prompt } from './prompts';
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
      const { fields, source } = await readBody(request, context.maxBodyBytes);
      const chatRequest = parseChatRequest(fields, source);
      const prompt = chatPrompt(context.catalog.chat, chatRequest);
      await complete(context, response, 'chat', chatRequest, [prompt]);
    },
  },
  '/v1/completions': {
    POST: async (context, request, response) => {
      const { fields } = await readBody(request, context.maxBodyBytes);
      const textRequest = parseTextRequest(fields);
      const prompts = textPrompts(context.catalog.chat, textRequest.prompts, textRequest.echo);
      await complete(context, response, 'text', textRequest, prompts);
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

async function complete(
  context: ServeContext,
  response: ServerResponse,
  kind: CompletionKind,
  request: CompletionRequest,
  prompts: readonly Prompt[],
): Promise<void> {
  const { catalog, shelf, loop, maxQueued } = context;
  if (loop.queued >= maxQueued) {
    throw new ApiError(503, `${loop.queued} requests are already waiting: try again later`, {
      code: 'server_busy',
      headers: { 'retry-after': '1' },
    });
  }
  const gone = new AbortController();
  response.on('close', () => {
    gone.abort();
  });
  if (response.destroyed) return;
  const objects = new CompletionObjects(kind, request.model, request.logProbs && catalog.chat);
  const output = request.stream
    ? new StreamedOutput(response, objects, request)
    : new WholeOutput(response, objects, request);
  try {
    await shelf.use(request.model, (model) =>
      answerAll(loop, model, catalog.chat, request, prompts, output, gone.signal),
    );
    output.end();
  } catch (error) {
    if (error instanceof Disconnected) return;
    // A stream that has begun can only say so in the stream.
    if (!response.headersSent) throw error;
    response.end(event(asApiError(error, context.log).body));
  }
}
