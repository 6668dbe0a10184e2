import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Reply } from '../../messages/chat';
import { listModels, streamChat, type ChatPiece } from './completions';
import { Conversation, promptFor, type Speaker } from './conversation';

interface Body {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [key: string]: unknown;
}

/** A small server that speaks OpenAI's protocol; how it answers is told by the name of the model. */
class SmallServer {
  readonly bodies: Body[] = [];
  /** Resolves when a stream was left by its reader. */
  readonly left: Promise<unknown>;
  private readonly events = new EventEmitter();
  private readonly server = http.createServer((request, response) => void this.answer(request, response));
  url = '';

  constructor() {
    this.left = once(this.events, 'left');
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (request.headers.authorization !== 'Bearer secret') {
      response.writeHead(401).end(JSON.stringify({ error: { message: 'wrong key' } }));
      return;
    }
    if (request.url === '/v1/models') {
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'echo' }, { id: 'other' }] }));
      return;
    }
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece as string;
    const body = JSON.parse(text) as Body;
    this.bodies.push(body);
    const piece = (content: string): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
    if (body.model === 'plain') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ choices: [{ message: { content: 'all at once' }, finish_reason: 'stop' }] }));
    } else if (body.model === 'long') {
      const error = { message: 'the prompt has 9 tokens', code: 'context_length_exceeded' };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    } else if (body.model === 'broken') {
      response.setHeader('content-type', 'text/event-stream');
      response.end(piece('half'));
    } else {
      response.setHeader('content-type', 'text/event-stream');
      response.on('close', () => {
        if (!response.writableEnded) this.events.emit('left');
      });
      response.write(piece(`${body.model} heard `));
      if (body.model === 'endless') return;
      response.write(piece(body.messages.at(-1)!.content));
      const end = { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] };
      const usage = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } };
      response.end(`data: ${JSON.stringify(end)}\n\ndata: ${JSON.stringify(usage)}\n\ndata: [DONE]\n\n`);
    }
  }
}

const server = new SmallServer();
before(() => server.start());
after(() => {
  server.stop();
});

const settings = { maxNewTokens: 5, temperature: 0.5, topP: 0.8, topK: 9, doSample: true, seed: 3 };
const messages = [{ role: 'user', content: 'hi' }] as const;

async function pieces(model: string, own = false, changes = {}, key = 'secret'): Promise<ChatPiece[]> {
  const endpoint = { url: server.url, key, own, name: 'small' };
  const request = { model, messages, settings: { ...settings, ...changes } };
  const found: ChatPiece[] = [];
  for await (const piece of streamChat(endpoint, request, new AbortController().signal)) found.push(piece);
  return found;
}

describe('an OpenAI-compatible server', () => {
  it('streams its answer, the figures at the end', async () => {
    assert.deepEqual(await pieces('echo'), [
      { type: 'text', text: 'echo heard ' },
      { type: 'text', text: 'hi' },
      { type: 'end', reason: 'length', usage: { promptTokens: 7, newTokens: 3 } },
    ]);
  });

  it('may answer at once, and give no figures', async () => {
    assert.deepEqual(await pieces('plain'), [
      { type: 'text', text: 'all at once' },
      { type: 'end', reason: 'stop', usage: undefined },
    ]);
  });

  it('is sent only what it knows', async () => {
    await pieces('echo');
    assert.deepEqual(server.bodies.at(-1), {
      model: 'echo',
      messages,
      max_tokens: 5,
      temperature: 0.5,
      top_p: 0.8,
      seed: 3,
      stream: true,
      stream_options: { include_usage: true },
    });
    await pieces('echo', true);
    assert.deepEqual([server.bodies.at(-1)!['top_k'], server.bodies.at(-1)!['do_sample']], [9, true]);
    await pieces('echo', true, { doSample: false });
    const greedy = server.bodies.at(-1)!;
    assert.deepEqual([greedy['temperature'], greedy['do_sample'], greedy['top_k']], [0, false, undefined]);
    await pieces('echo', false, { seed: undefined });
    assert.equal('seed' in server.bodies.at(-1)!, false);
  });

  it('lists its models', async () => {
    const endpoint = { url: server.url, key: 'secret', own: false, name: 'small' };
    assert.deepEqual(await listModels(endpoint, new AbortController().signal), ['echo', 'other']);
  });

  it('refuses with its own words, and what to do', async () => {
    await assert.rejects(pieces('echo', false, {}, 'wrong'), { code: 'refused', message: /401: wrong key/ });
    await assert.rejects(pieces('long', true), { message: /9 tokens/, remedy: /start a new chat/ });
    await assert.rejects(pieces('broken'), { code: 'bad-answer', message: /ended too early/ });
    const endpoint = { url: 'http://127.0.0.1:1/v1', key: undefined, own: false, name: 'nobody' };
    const nobody = streamChat(endpoint, { model: 'm', messages, settings }, new AbortController().signal).next();
    await assert.rejects(nobody, { code: 'unreachable', message: /nobody cannot be reached/ });
  });
});

describe('a conversation', () => {
  const speaker = (side: 'left' | 'right', model: string): Speaker => ({
    side,
    name: model,
    open: () =>
      Promise.resolve({
        endpoint: { url: server.url, key: 'secret', own: true, name: model },
        model,
        release: () => undefined,
      }),
  });
  const watched = (onText: (text: string) => unknown = () => undefined): Conversation =>
    new Conversation({
      onChange: () => undefined,
      onText: (_turn, _side, text) => {
        onText(text);
      },
      onReply: () => undefined,
      onBug: (error) => {
        throw error;
      },
    });
  const texts = ({ turns }: Conversation): string[] =>
    turns.flatMap(({ replies }) => replies.map(({ side, status, text }) => `${side} ${status} ${text}`));

  it('has both sides answer, each with its own history', async () => {
    const conversation = watched();
    conversation.settings = { ...conversation.settings, system: 'Be short.' };
    const both = [speaker('right', 'b'), speaker('left', 'a')];
    await conversation.ask('one', both);
    await conversation.ask('two', both);
    assert.deepEqual(texts(conversation), [
      'left done a heard one',
      'right done b heard one',
      'left done a heard two',
      'right done b heard two',
    ]);
    const ofB = server.bodies.findLast(({ model }) => model === 'b')!;
    assert.deepEqual(ofB.messages, [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'b heard one' },
      { role: 'user', content: 'two' },
    ]);
    const [reply] = conversation.turns[1]!.replies;
    assert.deepEqual([reply!.promptTokens, reply!.newTokens, reply!.cut], [7, 3, true]);
    assert.ok(reply!.tokensPerSecond! > 0);
  });

  it('stops, keeps what is there, and tells the server', async () => {
    const begun = new EventEmitter();
    const first = once(begun, 'text');
    const conversation = watched(() => begun.emit('text'));
    const asked = conversation.ask('one', [speaker('left', 'endless')]);
    await first;
    assert.equal(conversation.busy, true);
    await conversation.stop();
    await asked;
    assert.deepEqual(texts(conversation), ['left stopped endless heard ']);
    assert.equal(conversation.busy, false);
    await server.left;
  });

  it('asks again in other words, and forgets what came after', async () => {
    const conversation = watched();
    const one = [speaker('left', 'a')];
    for (const question of ['one', 'two', 'three']) await conversation.ask(question, one);
    await conversation.resend(1, 'second', one);
    assert.deepEqual(texts(conversation), ['left done a heard one', 'left done a heard second']);
    await conversation.retry(speaker('right', 'b'));
    assert.deepEqual(texts(conversation).at(-1), 'right done b heard second');
  });

  it('tells why an answer failed, and the other side goes on', async () => {
    const conversation = watched();
    await conversation.ask('one', [speaker('left', 'long'), speaker('right', 'b')]);
    const [left, right] = conversation.turns[0]!.replies;
    assert.equal(left!.status, 'failed');
    assert.match(left!.problem!, /9 tokens - start a new chat/);
    assert.equal(right!.text, 'b heard one');
  });

  it('starts a server again that went away', async () => {
    const conversation = watched();
    const gone = { url: 'http://127.0.0.1:1/v1', key: 'secret', own: true, name: 'a' };
    let released = 0;
    const release = (): void => {
      released++;
    };
    const again = { endpoint: { ...gone, url: server.url }, model: 'a', release };
    const open = { endpoint: gone, model: 'a', reopen: () => Promise.resolve(again), release };
    await conversation.ask('one', [{ side: 'left', name: 'a', open: () => Promise.resolve(open) }]);
    assert.deepEqual([texts(conversation), released], [['left done a heard one'], 2]);
  });

  it('is restored with every answer ended', () => {
    const conversation = watched();
    const reply = { side: 'left', model: 'm', text: 'hal', status: 'streaming', cut: false } as unknown as Reply;
    conversation.restore([{ question: 'q', replies: [reply] }], conversation.settings);
    assert.deepEqual(texts(conversation), ['left stopped hal']);
  });

  it('leaves turns out that a side did not answer', () => {
    const reply = (side: 'left' | 'right', text: string): Reply => ({ side, text }) as unknown as Reply;
    const turns = [
      { question: 'one', replies: [reply('left', 'a')] },
      { question: 'two', replies: [reply('left', 'b'), reply('right', 'c')] },
      { question: 'three', replies: [] },
    ];
    assert.deepEqual(
      promptFor(turns, 2, 'right', ' ').map(({ content }) => content),
      ['two', 'c', 'three'],
    );
  });
});
