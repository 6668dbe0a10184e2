import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SftError } from '../base/errors';
import { DecodeLoop } from '../generate/decode-loop';
import { asApiError } from './api-error';
import type { OpenCatalog } from './catalogs';
import { guard } from './guard';
import { IdleClock } from './idle-clock';
import { ModelShelf } from './model-shelf';
import { sendJson } from './outputs';
import { route } from './routes';

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 4 << 20;
const MAX_QUEUED = 64;
const MAX_CONNECTIONS = 256;
/** How long answers that are being written may go on once the server is asked to end, in ms. */
const GRACE = 10_000;
/** The most time a client may take to send a request, in ms. */
const REQUEST_TIMEOUT = 30_000;

export interface ServeOptions {
  readonly catalog: OpenCatalog;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token: string;
  /** Minutes without a request after which the server ends; 0 for never. */
  readonly idleMinutes: number;
  /** Tokens whose keys and values are held, see DecodeLoop. */
  readonly cacheRows: number;
  readonly log: (line: string) => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT/v1` */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets answers finish for a few seconds, and ends. */
  close(): void;
  /** Once the server has ended, for whatever reason; the catalog's session is the caller's to close. */
  readonly closed: Promise<'asked' | 'idle'>;
}

/**
 * An OpenAI-compatible server on the loopback address.
 * @throws SftError port-in-use
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { catalog, token, log } = options;
  const { device, config } = catalog.session;
  const loop = new DecodeLoop(device, config, options.cacheRows);
  const shelf = new ModelShelf(catalog, (model) => {
    loop.forget(model);
  });
  const context = { catalog, shelf, loop, maxBodyBytes: MAX_BODY_BYTES, maxQueued: MAX_QUEUED, log };
  const working = new Set<Promise<void>>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      guard(request, port, token);
      idle.begin();
      try {
        await route(context, request, response);
      } finally {
        idle.end();
      }
    } catch (error) {
      // A client that goes away while it sends is no error of ours.
      if (response.destroyed || response.headersSent) return;
      const refusal = asApiError(error, log);
      sendJson(response, refusal.status, refusal.body, refusal.headers);
    }
  };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT }, (request, response) => {
    const work = handle(request, response).finally(() => working.delete(work));
    working.add(work);
    response.on('close', () => {
      // A connection kept alive for a next request would hold up the end.
      if (!server.listening)
        setImmediate(() => {
          server.closeIdleConnections();
        });
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, options.port);

  let reason: 'asked' | 'idle' = 'asked';
  const closed = new Promise<void>((resolve) => {
    server.on('close', resolve);
  }).then(async () => {
    // Answers end with their connections; what they use is freed after that.
    await Promise.allSettled(working);
    shelf.close();
    loop.free();
    return reason;
  });
  const close = (): void => {
    idle.stop();
    server.close();
    server.closeIdleConnections();
    setTimeout(() => {
      server.closeAllConnections();
    }, GRACE).unref();
  };
  const idle = new IdleClock(options.idleMinutes, () => {
    reason = 'idle';
    close();
  });
  return { url: `http://${HOST}:${port}/v1`, port, close, closed };
}

/** @returns the port */
function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program uses it' : (error.code ?? error.message);
      reject(
        new SftError('port-unusable', `port ${port} cannot be opened: ${reason}`, {
          remedy: 'choose another one with --port, or leave it out for a free one',
          exitCode: 2,
          cause: error,
        }),
      );
    });
    server.listen(port, HOST, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}
