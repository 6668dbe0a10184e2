import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createCpuDevice } from '../compute/cpu/cpu-device';
import { modelCatalog, type OpenCatalog } from './catalogs';
import { startServer, type RunningServer } from './server';

const TOKEN = 'a-token-for-this-test';
const MODEL = path.resolve('examples/tiny-llama');

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly json: Record<string, unknown>;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  /** Taken as it is: raw names and values, two of one name too. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
}

const AUTHORIZED = ['Authorization', `Bearer ${TOKEN}`];

describe('the server', () => {
  let catalog: OpenCatalog;
  let server: RunningServer;
  const logged: string[] = [];
  const start = (values: Partial<Parameters<typeof startServer>[0]> = {}): Promise<RunningServer> =>
    startServer({
      catalog,
      port: 0,
      token: TOKEN,
      idleMinutes: 0,
      cacheRows: 8192,
      log: (line) => logged.push(line),
      ...values,
    });

  before(async () => {
    catalog = await modelCatalog(createCpuDevice({ threads: 2 }), MODEL, {});
    server = await start();
  });
  after(async () => {
    server.close();
    await server.closed;
    catalog.session.close();
  });

  /** One request with nothing added that was not asked for but Host. */
  function ask({ method = 'GET', path: target = '/v1/models', headers = AUTHORIZED, body }: Asked): Promise<Reply> {
    const host = headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
      ? []
      : ['Host', `127.0.0.1:${server.port}`];
    const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port: server.port,
          path: target,
          method,
          headers: [...host, ...headers, ...length],
          agent: false,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
          response.on('end', () => {
            const json = JSON.parse(text) as Record<string, unknown>;
            resolve({ status: response.statusCode!, headers: response.headers, json });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  const post = (target: string, body: object | string, headers: readonly string[] = AUTHORIZED): Promise<Reply> =>
    ask({ method: 'POST', path: target, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
  const chat = (fields: object): Promise<Reply> =>
    post('/v1/chat/completions', { model: 'base', messages: [{ role: 'user', content: 'Hello' }], ...fields });

  /** That a request is refused, in OpenAI's shape. */
  async function refused(
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

  it('listens on the loopback address alone', () => {
    assert.equal(server.url, `http://127.0.0.1:${server.port}/v1`);
  });

  it('refuses a missing or wrong token', async () => {
    await refused(ask({ headers: [] }), 401, 'invalid_api_key');
    for (const value of [
      'Bearer wrong',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      TOKEN,
      'Bearer ',
    ]) {
      const { headers } = await refused(ask({ headers: ['Authorization', value] }), 401, 'invalid_api_key');
      assert.equal(headers['www-authenticate'], 'Bearer');
    }
    await refused(post('/v1/chat/completions', {}, []), 401, 'invalid_api_key');
    assert.equal((await ask({})).status, 200);
  });

  it('refuses every host but the loopback names with the port, the right token or not', async () => {
    const { port } = server;
    const bad = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1.evil.example:${port}`,
      `[::1]:${port}`,
      `0.0.0.0:${port}`,
      '',
    ];
    for (const host of bad) {
      await refused(ask({ headers: ['Host', host, ...AUTHORIZED] }), 403, 'host_not_allowed');
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `LOCALHOST:${port}`]) {
      assert.equal((await ask({ headers: ['Host', host, ...AUTHORIZED] })).status, 200, host);
    }
    const two = ['Host', `127.0.0.1:${port}`, 'Host', 'evil.example', ...AUTHORIZED];
    await refused(ask({ headers: two }), 403, 'host_not_allowed');
  });

  it('refuses every origin but those of webviews, and never allows one', async () => {
    for (const origin of [
      'http://evil.example',
      `http://127.0.0.1:${server.port}`,
      'null',
      'file://',
      'http://x/vscode-webview://',
      '',
    ]) {
      const { headers } = await refused(ask({ headers: ['Origin', origin, ...AUTHORIZED] }), 403, 'origin_not_allowed');
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
    const webview = await ask({ headers: ['Origin', 'vscode-webview://0abc', ...AUTHORIZED] });
    assert.equal(webview.status, 200);
    assert.equal(webview.headers['access-control-allow-origin'], undefined);
    const preflight = ['Origin', 'http://evil.example', 'Access-Control-Request-Method', 'POST'];
    await refused(ask({ method: 'OPTIONS', headers: preflight }), 403, 'origin_not_allowed');
  });

  it('refuses what it does not know: routes, methods, models', async () => {
    for (const target of [
      '/',
      '/v1',
      '/v1/embeddings',
      '/v1/models/a/b',
      '/v1/constructor',
      'http://evil.example/v1/models',
    ]) {
      await refused(ask({ path: target }), 404, 'unknown_url');
    }
    const { headers } = await refused(ask({ path: '/v1/chat/completions' }), 405, 'method_not_allowed');
    assert.equal(headers.allow, 'POST');
    await refused(ask({ method: 'DELETE' }), 405, 'method_not_allowed');
    await refused(chat({ model: 'tuned' }), 404, 'model_not_found', 'model');
    await refused(ask({ path: '/v1/models/tuned' }), 404, 'model_not_found', 'model');
    const base = await ask({ path: '/v1/models/base?x=1' });
    assert.deepEqual([base.status, base.json['id'], base.json['object']], [200, 'base', 'model']);
  });

  it('refuses a body above the limit, announced or not, and goes on', async () => {
    const large = Buffer.alloc((4 << 20) + 1, 'x');
    await refused(ask({ method: 'POST', path: '/v1/completions', body: large }), 413, 'request_too_large');
    const chunked = new Promise<number>((resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port: server.port,
          path: '/v1/completions',
          method: 'POST',
          headers: { authorization: `Bearer ${TOKEN}` },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode!);
        },
      );
      request.on('error', reject);
      for (let i = 0; i < 5; i++) request.write(large.subarray(0, 1 << 20));
      request.end();
    });
    assert.equal(await chunked, 413);
    assert.equal((await ask({})).status, 200);
  });

  it('refuses what is no JSON object', async () => {
    for (const body of ['', '{', '[]', 'null', '"text"', '{"model": "base",}']) {
      await refused(post('/v1/chat/completions', body), 400, 'invalid_json');
    }
    const latin = Buffer.from([0x7b, 0x22, 0xe4, 0x22, 0x3a, 0x31, 0x7d]);
    await refused(ask({ method: 'POST', path: '/v1/completions', body: latin }), 400, 'invalid_json');
  });

  it('refuses wrong fields and names them', async () => {
    const user = { role: 'user', content: 'x' };
    const wrong: readonly (readonly [fields: object, param: string, code: string])[] = [
      [{ model: undefined }, 'model', 'missing_required_parameter'],
      [{ model: 7 }, 'model', 'invalid_type'],
      [{ messages: undefined }, 'messages', 'missing_required_parameter'],
      [{ messages: 'hello' }, 'messages', 'invalid_type'],
      [{ messages: [] }, 'messages', 'invalid_value'],
      [{ messages: [user, null] }, 'messages[1]', 'invalid_type'],
      [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
      [{ messages: [{ role: 'constructor', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
      [{ messages: [{ role: 'user' }] }, 'messages[0].content', 'invalid_type'],
      [{ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[0].content[0]', 'invalid_value'],
      [{ temperature: 'hot' }, 'temperature', 'invalid_value'],
      [{ temperature: -0.1 }, 'temperature', 'invalid_value'],
      [{ temperature: 2.1 }, 'temperature', 'invalid_value'],
      [{ top_p: 0 }, 'top_p', 'invalid_value'],
      [{ top_p: 1.1 }, 'top_p', 'invalid_value'],
      [{ top_k: 1.5 }, 'top_k', 'invalid_value'],
      [{ do_sample: 1 }, 'do_sample', 'invalid_type'],
      [{ max_tokens: 0 }, 'max_tokens', 'invalid_value'],
      [{ max_completion_tokens: 2.5 }, 'max_completion_tokens', 'invalid_value'],
      [{ seed: 0.5 }, 'seed', 'invalid_value'],
      [{ stop: 5 }, 'stop', 'invalid_type'],
      [{ stop: ['a', ''] }, 'stop', 'invalid_value'],
      [{ stop: new Array(17).fill('x') }, 'stop', 'invalid_value'],
      [{ stream: 'yes' }, 'stream', 'invalid_type'],
      [{ stream_options: { include_usage: true } }, 'stream_options', 'invalid_value'],
      [{ stream: true, stream_options: { include_usage: 1 } }, 'stream_options.include_usage', 'invalid_type'],
      [{ stream: true, return_token_ids: true }, 'return_token_ids', 'invalid_value'],
      [{ n: 2 }, 'n', 'unsupported_parameter'],
      [{ logprobs: true }, 'logprobs', 'unsupported_parameter'],
      [{ tools: [{ type: 'function' }] }, 'tools', 'unsupported_parameter'],
      [{ response_format: { type: 'json_object' } }, 'response_format', 'unsupported_parameter'],
      [{ frequency_penalty: 0.5 }, 'frequency_penalty', 'unsupported_parameter'],
      [{ max_token: 5 }, 'max_token', 'unknown_parameter'],
    ];
    for (const [fields, param, code] of wrong) await refused(chat(fields), 400, code, param);
    for (const prompt of [undefined, 5, ['a', 'b'], [1, -1], [1.5]]) {
      const code = prompt === undefined ? 'missing_required_parameter' : 'invalid_type';
      await refused(post('/v1/completions', { model: 'base', prompt }), 400, code, 'prompt');
    }
    for (const prompt of ['', [], [5, 1_000_000]]) {
      await refused(post('/v1/completions', { model: 'base', prompt }), 400, 'invalid_value', 'prompt');
    }
  });

  it('takes fields that change nothing, and null for absent', async () => {
    const same = {
      n: 1,
      frequency_penalty: 0,
      presence_penalty: null,
      logit_bias: {},
      logprobs: false,
      user: 'me',
      stop: null,
    };
    const first = await chat({
      ...same,
      temperature: 0,
      max_tokens: 4,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    });
    const second = await chat({ temperature: 0, max_completion_tokens: 4 });
    assert.equal(first.status, 200, JSON.stringify(first.json));
    assert.deepEqual(first.json['choices'], second.json['choices']);
  });

  it('refuses a prompt that leaves no room, and cuts an answer that reaches the end', async () => {
    const context = catalog.session.config.maxPositionEmbeddings;
    const long = new Array<number>(context).fill(5);
    await refused(post('/v1/completions', { model: 'base', prompt: long }), 400, 'context_length_exceeded', 'messages');
    await refused(
      chat({ messages: [{ role: 'user', content: 'word '.repeat(3000) }] }),
      400,
      'context_length_exceeded',
      'messages',
    );
    const filled = { model: 'base', prompt: long.slice(0, context - 3), max_tokens: 50, temperature: 0 };
    const { json } = await post('/v1/completions', filled);
    const usage = json['usage'] as Record<string, number>;
    assert.ok(usage['completion_tokens']! <= 3 && usage['total_tokens']! <= context, JSON.stringify(json));
  });

  it('answers eight chats at once as it answers each alone', async () => {
    const questions = [
      'What is a receipt?',
      'Hello!',
      'How do I pay a fee?',
      'Why?',
      'Tell me a story.',
      'What is 3 + 4?',
      'Where is the office?',
      'Who are you?',
    ];
    const askOne = (content: string): Promise<Reply> =>
      chat({ messages: [{ role: 'user', content }], temperature: 0, max_tokens: 40 });
    const together = await Promise.all(questions.map(askOne));
    for (const [i, question] of questions.entries()) {
      const one = await askOne(question);
      assert.deepEqual(together[i]!.json['choices'], one.json['choices'], question);
      assert.equal(one.status, 200);
    }
    assert.ok(new Set(together.map(({ json }) => JSON.stringify(json['choices']))).size > 4);
  });

  it('a conversation that goes on begins where it was, and is answered as if it were new', async () => {
    const history = [
      { role: 'system', content: 'You answer questions about public services, briefly and in plain words.' },
      { role: 'user', content: 'How do I renew my passport, and what does it cost?' },
    ];
    const first = await chat({ messages: history, temperature: 0.9, seed: 4, max_tokens: 30 });
    const { message } = (first.json['choices'] as { message: object }[])[0]!;
    const longer = {
      messages: [...history, message, { role: 'user', content: 'And how long does it take?' }],
      temperature: 0.9,
      seed: 5,
      max_tokens: 30,
    };
    const cached = (reply: Reply): number =>
      (reply.json['usage'] as { prompt_tokens_details: { cached_tokens: number } }).prompt_tokens_details.cached_tokens;
    const second = await chat(longer);
    assert.ok(cached(second) >= 20, JSON.stringify(second.json));
    const warm = server;
    server = await start();
    try {
      const fresh = await chat(longer);
      assert.equal(cached(fresh), 0);
      assert.deepEqual(fresh.json['choices'], second.json['choices']);
    } finally {
      server.close();
      await server.closed;
      server = warm;
    }
  });

  it('stops at stop strings that tokens do not line up with', async () => {
    const options = { temperature: 0, max_tokens: 40 };
    const whole = await chat(options);
    const { content } = (whole.json['choices'] as { message: { content: string } }[])[0]!.message;
    assert.ok(content.length > 12, content);
    for (let at = 1; at + 3 < 12; at++) {
      const stop = content.slice(at, at + 3);
      const { json } = await chat({ ...options, stop: ['never this', stop] });
      const choice = (json['choices'] as { message: { content: string }; finish_reason: string }[])[0]!;
      assert.equal(choice.message.content, content.slice(0, content.indexOf(stop)));
      assert.equal(choice.finish_reason, 'stop');
    }
  });

  it('ends the answer of a client that goes away', async () => {
    const warm = server;
    // Room for two of three, and the first takes longest: the third has its turn before the second ends only where it was given up.
    server = await start({ cacheRows: 1000 });
    const long = { model: 'base', prompt: 'A story', temperature: 2, seed: 2, max_tokens: 600 };
    const order: string[] = [];
    try {
      const first = http.request({
        host: '127.0.0.1',
        port: server.port,
        path: '/v1/completions',
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      first.end(JSON.stringify({ ...long, stream: true }));
      const begun = new Promise<void>((resolve) => {
        first.on('response', (response) => {
          response.on('error', () => undefined);
          response.once('data', () => {
            resolve();
          });
        });
      });
      await begun;
      const second = post('/v1/completions', { ...long, seed: 4, max_tokens: 350 }).then((reply) => {
        order.push('second');
        return reply;
      });
      const third = post('/v1/completions', { ...long, prompt: new Array(200).fill(7), max_tokens: 1 }).then(() => {
        order.push('third');
      });
      first.destroy();
      await third;
      const { json } = await second;
      assert.deepEqual(order, ['third', 'second']);
      assert.equal((json['choices'] as { finish_reason: string }[])[0]!.finish_reason, 'length');
    } finally {
      server.close();
      await server.closed;
      server = warm;
    }
  });

  it('had nothing to say about itself', () => {
    assert.deepEqual(logged, []);
  });
});
