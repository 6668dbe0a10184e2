import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { createCpuDevice } from '../src/compute/cpu/cpu-device';
import { modelCatalog, type OpenCatalog } from '../src/serve/catalogs';
import { startServer, type RunningServer, type ServeOptions } from '../src/serve/server';

export const TOKEN = 'a-token-for-this-test';
export const AUTHORIZED: readonly string[] = ['Authorization', `Bearer ${TOKEN}`];

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly json: Record<string, unknown>;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  /** Sent as they are: names and values in turn, and two of one name too. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
}

/** The example model behind a server in this process, and requests to it. */
export class ServedModel {
  private constructor(
    readonly catalog: OpenCatalog,
    private readonly server: RunningServer,
    /** What the server, and others of the same catalog, had to say. */
    readonly logged: string[],
  ) {}

  /** @param modelDir another model folder than the example's */
  static async start(modelDir = path.resolve('examples/tiny-llama')): Promise<ServedModel> {
    const catalog = await modelCatalog(createCpuDevice({ threads: 2 }), modelDir, {});
    return ServedModel.serve(catalog, [], {});
  }

  private static async serve(
    catalog: OpenCatalog,
    logged: string[],
    options: Partial<ServeOptions>,
  ): Promise<ServedModel> {
    const log = (line: string): void => void logged.push(line);
    const all = { catalog, port: 0, token: TOKEN, idleMinutes: 0, cacheRows: 8192, log, ...options };
    return new ServedModel(catalog, await startServer(all), logged);
  }

  get url(): string {
    return this.server.url;
  }

  get port(): number {
    return this.server.port;
  }

  /** Runs `work` with another server of the same model, which has answered nothing so far. */
  async withAnother(
    options: Partial<Pick<ServeOptions, 'cacheRows'>>,
    work: (other: ServedModel) => Promise<void>,
  ): Promise<void> {
    const other = await ServedModel.serve(this.catalog, this.logged, options);
    try {
      await work(other);
    } finally {
      await other.end();
    }
  }

  async stop(): Promise<void> {
    await this.end();
    this.catalog.session.close();
  }

  /** One request; of what was not asked for, only Host and Content-Length are added. */
  ask({ method = 'GET', path: target = '/v1/models', headers = AUTHORIZED, body }: Asked): Promise<Reply> {
    const named = headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
    const host = named ? [] : ['Host', `127.0.0.1:${this.port}`];
    const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
    const options = { host: '127.0.0.1', port: this.port, path: target, method, agent: false };
    return new Promise((resolve, reject) => {
      const request = http.request({ ...options, headers: [...host, ...headers, ...length] }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => {
          const json = JSON.parse(text) as Record<string, unknown>;
          resolve({ status: response.statusCode!, headers: response.headers, json });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  post(target: string, body: object | string, headers: readonly string[] = AUTHORIZED): Promise<Reply> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.ask({ method: 'POST', path: target, headers, body: text });
  }

  /** Says hello to the model, with these fields besides or instead. */
  chat(fields: object): Promise<Reply> {
    const hello = [{ role: 'user', content: 'Hello' }];
    return this.post('/v1/chat/completions', { model: 'base', messages: hello, ...fields });
  }

  /** A request whose body the caller writes, and whose answer it reads, piece by piece. */
  completing(onResponse?: (response: http.IncomingMessage) => void): http.ClientRequest {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const options = { host: '127.0.0.1', port: this.port, path: '/v1/completions', method: 'POST', headers };
    return http.request(options, onResponse);
  }

  private async end(): Promise<void> {
    this.server.close();
    await this.server.closed;
  }
}

/** Asserts that a request is refused, in OpenAI's shape. */
export async function refused(
  reply: Promise<Reply>,
  status: number,
  code: string,
  param: string | null = null,
): Promise<Reply> {
  const { json, ...rest } = await reply;
  const error = json['error'] as Record<string, unknown>;
  assert.deepEqual([rest.status, error['code'], error['param']], [status, code, param], JSON.stringify(json));
  assert.equal(error['type'], status >= 500 ? 'server_error' : 'invalid_request_error');
  assert.ok(typeof error['message'] === 'string' && error['message'] !== '');
  return { json, ...rest };
}
