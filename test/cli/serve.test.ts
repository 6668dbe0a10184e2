import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { MODEL, SFT, sft, smallConfig, temporaryFolder } from './sft';
import { NO_SIGNALS } from '../system-limits';

interface Started {
  readonly url: string;
  readonly token?: string;
  readonly models: readonly { readonly id: string }[];
  /** All lines of standard output. */
  readonly lines: readonly string[];
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>;
}

const folder = temporaryFolder();
const run = path.join(folder, 'run');
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts `sft serve ... --json` and waits until it says where it listens. */
async function serve(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const child = spawn(process.execPath, [SFT, 'serve', ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SFT_SERVE_TOKEN: '', ...env },
  });
  children.add(child);
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<{ code: number | null; err: string }>((resolve) => {
    child.on('close', (code) => {
      children.delete(child);
      resolve({ code, err });
    });
  });
  const lines: string[] = [];
  const first = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      resolve(line);
    });
    void ended.then(() => {
      reject(new Error(`sft serve ended: ${err}`));
    });
  });
  const said = JSON.parse(await first) as Pick<Started, 'url' | 'token' | 'models'>;
  return { ...said, lines, child, ended };
}

const clientOf = ({ url, token }: Started): OpenAI => new OpenAI({ baseURL: url, apiKey: token!, maxRetries: 0 });

const question = (content: string): { role: 'user'; content: string }[] => [{ role: 'user', content }];

function generated(prompt: string, ...args: string[]): { text: string; token_ids: number[]; stop: string } {
  const { code, out, err } = sft(['generate', '--model', MODEL, '--prompt', prompt, '--json', ...args]);
  assert.equal(code, 0, err);
  return JSON.parse(out) as { text: string; token_ids: number[]; stop: string };
}

describe('sft serve with the openai client', () => {
  let server: Started;
  let client: OpenAI;
  before(async () => {
    const trained = sft(['train', smallConfig(folder, { max_steps: 6 }), '--run', run]);
    assert.equal(trained.code, 0, trained.err);
    server = await serve([run]);
    client = clientOf(server);
  });

  it('says one line: where, the token, the models of the run', async () => {
    const ids = server.models.map(({ id }) => id);
    assert.deepEqual([...ids].sort(), ['base', 'best', 'step-2', 'step-4', 'step-6', 'tuned']);
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    assert.ok(server.token !== undefined && server.token.length >= 40);
    const listed: string[] = [];
    for await (const model of client.models.list()) listed.push(model.id);
    assert.deepEqual(listed, ids);
  });

  it('answers as `sft generate` does, greedily and with a seed, base and tuned', async () => {
    const content = 'What is a receipt?';
    const adapter = ['--adapter', path.join(run, 'adapter')];
    const sampled = { temperature: 0.8, top_p: 0.9, seed: 3 };
    for (const [model, values, args] of [
      ['base', { temperature: 0 }, []],
      ['tuned', { temperature: 0 }, adapter],
      ['step-6', { temperature: 0 }, adapter],
      ['tuned', sampled, [...adapter, '--temperature', '0.8', '--top-p', '0.9', '--seed', '3']],
    ] as const) {
      const expected = generated(content, '--max-new-tokens', '24', ...args);
      const answer = await client.chat.completions.create({
        model,
        messages: question(content),
        max_completion_tokens: 24,
        ...values,
      });
      assert.equal(answer.choices[0]!.message.content, expected.text);
      assert.equal(answer.choices[0]!.finish_reason, expected.stop);
      assert.equal(answer.usage!.completion_tokens, expected.token_ids.length);
      assert.equal(answer.usage!.total_tokens, answer.usage!.prompt_tokens + answer.usage!.completion_tokens);
    }
  });

  it('streams the same text in pieces, with the usage at the end where asked for', async () => {
    const request = {
      model: 'tuned',
      messages: question('How do I pay a fee?'),
      temperature: 0,
      max_completion_tokens: 24,
    };
    const whole = await client.chat.completions.create(request);
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let pieces = 0;
    const reasons: string[] = [];
    let usage: OpenAI.CompletionUsage | undefined;
    for await (const chunk of stream) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      const choice = chunk.choices[0];
      const piece = choice?.delta.content ?? '';
      if (piece !== '') pieces++;
      text += piece;
      if (choice?.finish_reason != null) reasons.push(choice.finish_reason);
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, whole.choices[0]!.message.content);
    assert.ok(pieces > 3);
    assert.deepEqual(reasons, [whole.choices[0]!.finish_reason]);
    assert.equal(usage!.completion_tokens, whole.usage!.completion_tokens);
  });

  it('completes plain text, whole and streamed', async () => {
    const request = { model: 'base', prompt: 'The town', temperature: 0, max_tokens: 12 };
    const whole = await client.completions.create(request);
    const expected = generated('The town', '--raw', '--max-new-tokens', '12');
    assert.equal(whole.choices[0]!.text, expected.text);
    const withIds = { ...request, return_token_ids: true };
    const { choices } = await client.completions.create(withIds);
    assert.deepEqual((choices[0] as { token_ids?: number[] }).token_ids, expected.token_ids);
    let text = '';
    for await (const chunk of await client.completions.create({ ...request, stream: true })) {
      text += chunk.choices[0]!.text;
    }
    assert.equal(text, expected.text);
  });

  it("gives the client's own errors", async () => {
    const wrong = new OpenAI({ baseURL: server.url, apiKey: 'wrong', maxRetries: 0 });
    await assert.rejects(Promise.resolve(wrong.models.list()), OpenAI.AuthenticationError);
    const ask = (fields: object): Promise<unknown> =>
      client.chat.completions.create({ model: 'base', messages: question('x'), ...fields });
    await assert.rejects(ask({ model: 'step-5' }), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.deepEqual([error.code, error.param], ['model_not_found', 'model']);
      return true;
    });
    await assert.rejects(ask({ temperature: 9 }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.param, 'temperature');
      return true;
    });
  });

  it('ends on SIGTERM with exit code 0, and said nothing but its line', { skip: NO_SIGNALS }, async () => {
    server.child.kill('SIGTERM');
    const { code, err } = await server.ended;
    assert.equal(code, 0, err);
    assert.equal(server.lines.length, 1);
  });
});

describe('sft serve', () => {
  it('lets an answer that is being written finish before it ends', { skip: NO_SIGNALS }, async () => {
    const server = await serve(['--model', MODEL]);
    const request = { model: 'base', prompt: 'A story', temperature: 2, seed: 2, max_tokens: 40 };
    const whole = await clientOf(server).completions.create(request);
    let text = '';
    for await (const chunk of await clientOf(server).completions.create({ ...request, stream: true })) {
      if (text === '') server.child.kill('SIGINT');
      text += chunk.choices[0]!.text;
    }
    assert.equal(text, whole.choices[0]!.text);
    assert.equal((await server.ended).code, 0);
  });

  it('takes the token of the environment and does not print it', async () => {
    const token = 'from-the-environment';
    const server = await serve(['--model', MODEL, '--adapter', path.join(run, 'adapter')], { SFT_SERVE_TOKEN: token });
    assert.equal(server.token, undefined);
    assert.deepEqual(server.models, [{ id: 'base' }, { id: 'tuned' }]);
    const list = await new OpenAI({ baseURL: server.url, apiKey: token, maxRetries: 0 }).models.list();
    assert.equal(list.data.length, 2);
    server.child.kill('SIGTERM');
    const { err } = await server.ended;
    assert.ok(![...server.lines, err].some((line) => line.includes(token)));
  });

  it('ends by itself when nobody asks', async () => {
    const server = await serve(['--model', MODEL, '--idle-minutes', '0.001']);
    const { code, err } = await server.ended;
    assert.equal(code, 0, err);
    assert.match(err, /no request for 0.001 minutes/);
  });

  it('says what is wrong with its arguments, its port, its run and its adapter', async () => {
    const fails = (args: readonly string[], code: number, message: RegExp): void => {
      const { code: ended, err, out } = sft(['serve', ...args]);
      assert.equal(ended, code, err);
      assert.match(err, message);
      assert.equal(out, '');
    };
    fails([], 2, /--model/);
    fails([run, '--adapter', 'x'], 2, /--adapter cannot be combined with RUN/);
    fails([folder], 2, /run\.json/);
    fails(['--model', MODEL, '--port', '70000'], 2, /--port/);
    fails(['--model', MODEL, '--adapter', folder], 2, /adapter_config\.json/);
    const server = await serve(['--model', MODEL]);
    fails(['--model', MODEL, '--port', new URL(server.url).port], 2, /another program uses it/);
    server.child.kill('SIGTERM');
    await server.ended;
  });
});
