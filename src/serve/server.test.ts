import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AUTHORIZED, refused, ServedModel, TOKEN } from '../../test/served-model';

const CALL = { id: 'c1', type: 'function', function: { name: 'fee', arguments: '{}' } };
const TOOL = { type: 'function', function: { name: 'fee' } };

describe('the server', () => {
  let served: ServedModel;
  before(async () => {
    served = await ServedModel.start();
  });
  after(() => served.stop());

  it('listens on the loopback address alone', () => {
    assert.equal(served.url, `http://127.0.0.1:${served.port}/v1`);
  });

  it('refuses a missing or wrong token', async () => {
    await refused(served.ask({ headers: [] }), 401, 'invalid_api_key');
    for (const value of [
      'Bearer wrong',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      TOKEN,
      'Bearer ',
    ]) {
      const { headers } = await refused(served.ask({ headers: ['Authorization', value] }), 401, 'invalid_api_key');
      assert.equal(headers['www-authenticate'], 'Bearer');
    }
    await refused(served.post('/v1/chat/completions', {}, []), 401, 'invalid_api_key');
    assert.equal((await served.ask({})).status, 200);
  });

  it('refuses every host but the loopback names with the port, the right token or not', async () => {
    const { port } = served;
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
      await refused(served.ask({ headers: ['Host', host, ...AUTHORIZED] }), 403, 'host_not_allowed');
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `LOCALHOST:${port}`]) {
      assert.equal((await served.ask({ headers: ['Host', host, ...AUTHORIZED] })).status, 200, host);
    }
    const two = ['Host', `127.0.0.1:${port}`, 'Host', 'evil.example', ...AUTHORIZED];
    await refused(served.ask({ headers: two }), 403, 'host_not_allowed');
  });

  it('refuses every origin but those of webviews, and never allows one', async () => {
    for (const origin of [
      'http://evil.example',
      `http://127.0.0.1:${served.port}`,
      'null',
      'file://',
      'http://x/vscode-webview://',
      '',
    ]) {
      const { headers } = await refused(
        served.ask({ headers: ['Origin', origin, ...AUTHORIZED] }),
        403,
        'origin_not_allowed',
      );
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
    const webview = await served.ask({ headers: ['Origin', 'vscode-webview://0abc', ...AUTHORIZED] });
    assert.equal(webview.status, 200);
    assert.equal(webview.headers['access-control-allow-origin'], undefined);
    const preflight = ['Origin', 'http://evil.example', 'Access-Control-Request-Method', 'POST'];
    await refused(served.ask({ method: 'OPTIONS', headers: preflight }), 403, 'origin_not_allowed');
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
      await refused(served.ask({ path: target }), 404, 'unknown_url');
    }
    const { headers } = await refused(served.ask({ path: '/v1/chat/completions' }), 405, 'method_not_allowed');
    assert.equal(headers.allow, 'POST');
    await refused(served.ask({ method: 'DELETE' }), 405, 'method_not_allowed');
    await refused(served.chat({ model: 'tuned' }), 404, 'model_not_found', 'model');
    await refused(served.ask({ path: '/v1/models/tuned' }), 404, 'model_not_found', 'model');
    const base = await served.ask({ path: '/v1/models/base?x=1' });
    assert.deepEqual([base.status, base.json['id'], base.json['object']], [200, 'base', 'model']);
  });

  it('refuses a body above the limit, announced or not, and goes on', async () => {
    const large = Buffer.alloc((4 << 20) + 1, 'x');
    await refused(served.ask({ method: 'POST', path: '/v1/completions', body: large }), 413, 'request_too_large');
    const chunked = new Promise<number>((resolve, reject) => {
      const request = served.completing((response) => {
        response.resume();
        resolve(response.statusCode!);
      });
      request.on('error', reject);
      for (let i = 0; i < 5; i++) request.write(large.subarray(0, 1 << 20));
      request.end();
    });
    assert.equal(await chunked, 413);
    assert.equal((await served.ask({})).status, 200);
  });

  it('refuses what is no JSON object', async () => {
    for (const body of ['', '{', '[]', 'null', '"text"', '{"model": "base",}']) {
      await refused(served.post('/v1/chat/completions', body), 400, 'invalid_json');
    }
    const deep = `{"model": "base", "messages": [], "tools": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    await refused(served.post('/v1/chat/completions', deep), 400, 'invalid_json');
    const latin = Buffer.from([0x7b, 0x22, 0xe4, 0x22, 0x3a, 0x31, 0x7d]);
    await refused(served.ask({ method: 'POST', path: '/v1/completions', body: latin }), 400, 'invalid_json');
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
      [{ messages: [{ role: 'tool' }] }, 'messages[0].content', 'missing_required_parameter'],
      [{ messages: [user, { role: 'user', tool_calls: [CALL] }] }, 'messages[1].role', 'invalid_value'],
      [{ messages: [user, { role: 'assistant', tool_calls: [{}] }] }, 'messages[1].tool_calls[0]', 'invalid_type'],
      [
        { messages: [user, { role: 'assistant', tool_calls: 'x' }] },
        'messages[1].content',
        'missing_required_parameter',
      ],
      [{ messages: [{ role: 'constructor', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
      [{ messages: [{ role: 'user' }] }, 'messages[0].content', 'missing_required_parameter'],
      [
        { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
        'messages[0].content[0].type',
        'invalid_value',
      ],
      [{ temperature: 'hot' }, 'temperature', 'invalid_type'],
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
      [{ stop: ['a', ''] }, 'stop[1]', 'invalid_value'],
      [{ stop: new Array(17).fill('x') }, 'stop', 'invalid_value'],
      [{ stream: 'yes' }, 'stream', 'invalid_type'],
      [{ stream_options: { include_usage: true } }, 'stream_options', 'invalid_value'],
      [{ stream: true, stream_options: { include_usage: 1 } }, 'stream_options.include_usage', 'invalid_type'],
      [{ stream: true, return_token_ids: true }, 'return_token_ids', 'invalid_value'],
      [{ n: 2 }, 'n', 'unsupported_parameter'],
      [{ logprobs: 1 }, 'logprobs', 'invalid_type'],
      [{ top_logprobs: 2 }, 'top_logprobs', 'invalid_value'],
      [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs', 'invalid_value'],
      [{ tools: [{ type: 'function' }] }, 'tools[0]', 'invalid_type'],
      [{ tools: [TOOL] }, 'tools', 'unsupported_parameter'],
      [{ tools: [TOOL], tool_choice: 'required' }, 'tool_choice', 'unsupported_parameter'],
      [{ messages: [user, { role: 'assistant', tool_calls: [CALL] }] }, 'messages', 'invalid_value'],
      [{ response_format: { type: 'json_object' } }, 'response_format', 'unsupported_parameter'],
      [{ frequency_penalty: 0.5 }, 'frequency_penalty', 'unsupported_parameter'],
      [{ max_token: 5 }, 'max_token', 'unknown_parameter'],
    ];
    for (const [fields, param, code] of wrong) await refused(served.chat(fields), 400, code, param);
    for (const prompt of [undefined, 5, ['a', 5], ['a', [5]], [[5], 5], [1, -1], [1.5], [[1.5]], { 0: 'a' }]) {
      const code = prompt === undefined ? 'missing_required_parameter' : 'invalid_type';
      await refused(served.post('/v1/completions', { model: 'base', prompt }), 400, code, 'prompt');
    }
    for (const prompt of ['', [], [''], [[]], [5, 1_000_000], new Array(2049).fill('a')]) {
      await refused(served.post('/v1/completions', { model: 'base', prompt }), 400, 'invalid_value', 'prompt');
    }
    const plain: readonly (readonly [fields: object, param: string, code: string])[] = [
      [{ prompt: ['a', ''] }, 'prompt[1]', 'invalid_value'],
      [{ max_tokens: 0 }, 'max_tokens', 'invalid_value'],
      [{ echo: 1 }, 'echo', 'invalid_type'],
      [{ logprobs: 21 }, 'logprobs', 'invalid_value'],
      [{ logprobs: true }, 'logprobs', 'invalid_type'],
      [{ messages: [user] }, 'messages', 'unknown_parameter'],
    ];
    for (const [fields, param, code] of plain) {
      await refused(served.post('/v1/completions', { model: 'base', prompt: 'a', ...fields }), 400, code, param);
    }
  });

  it('had nothing to say about itself', () => {
    assert.deepEqual(served.logged, []);
  });
});
