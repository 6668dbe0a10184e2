import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { refused, ServedModel, type Reply } from '../../test/served-model';

describe('answers of the server', () => {
  let served: ServedModel;
  before(async () => {
    served = await ServedModel.start();
  });
  after(() => served.stop());

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
    const first = await served.chat({
      ...same,
      temperature: 0,
      max_tokens: 4,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    });
    const second = await served.chat({ temperature: 0, max_completion_tokens: 4 });
    assert.equal(first.status, 200, JSON.stringify(first.json));
    assert.deepEqual(first.json['choices'], second.json['choices']);
    // Other servers' fields: nothing was asked for.
    const unknown = await served.chat({ temperature: 0, max_tokens: 4, prediction: null, repetition_penalty: null });
    assert.deepEqual(unknown.json['choices'], second.json['choices']);
  });

  it('answers several prompts, texts or lists of ids, each as if it were alone', async () => {
    const options = { model: 'base', max_tokens: 5, temperature: 1, seed: 3, return_token_ids: true };
    const { tokenizer } = served.catalog.chat;
    // More than are with the model at once.
    const texts = Array.from({ length: 20 }, (_, i) => `The office number ${i}`);
    const { json } = await served.post('/v1/completions', { ...options, prompt: texts });
    const asIds = await served.post('/v1/completions', {
      ...options,
      prompt: texts.map((text) => tokenizer.encode(text)),
    });
    assert.deepEqual(asIds.json['choices'], json['choices']);
    const choices = json['choices'] as { index: number; text: string; token_ids: number[] }[];
    assert.equal(choices.length, texts.length);
    const total = { prompt_tokens: 0, completion_tokens: 0 };
    for (const [i, text] of texts.entries()) {
      const alone = await served.post('/v1/completions', { ...options, prompt: [text] });
      assert.deepEqual(alone.json['choices'], [{ ...choices[i], index: 0 }]);
      const usage = alone.json['usage'] as typeof total;
      total.prompt_tokens += usage.prompt_tokens;
      total.completion_tokens += usage.completion_tokens;
    }
    const { prompt_tokens, completion_tokens } = json['usage'] as typeof total;
    assert.deepEqual({ prompt_tokens, completion_tokens }, total);
    const one = await served.post('/v1/completions', { ...options, prompt: [[5, 6, 7]] });
    const flat = await served.post('/v1/completions', { ...options, prompt: [5, 6, 7] });
    assert.deepEqual(one.json['choices'], flat.json['choices']);
  });

  it('refuses a prompt that leaves no room, and cuts an answer that reaches the end', async () => {
    const context = served.catalog.session.config.maxPositionEmbeddings;
    const long = new Array<number>(context).fill(5);
    await refused(
      served.post('/v1/completions', { model: 'base', prompt: long }),
      400,
      'context_length_exceeded',
      'prompt',
    );
    await refused(
      served.post('/v1/completions', { model: 'base', prompt: [[5], long] }),
      400,
      'context_length_exceeded',
      'prompt[1]',
    );
    await refused(
      served.chat({ messages: [{ role: 'user', content: 'word '.repeat(3000) }] }),
      400,
      'context_length_exceeded',
      'messages',
    );
    const filled = { model: 'base', prompt: long.slice(0, context - 3), max_tokens: 50, temperature: 0 };
    const { json } = await served.post('/v1/completions', filled);
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
      served.chat({ messages: [{ role: 'user', content }], temperature: 0, max_tokens: 40 });
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
    const first = await served.chat({ messages: history, temperature: 0.9, seed: 4, max_tokens: 30 });
    const { message } = (first.json['choices'] as { message: object }[])[0]!;
    const longer = {
      messages: [...history, message, { role: 'user', content: 'And how long does it take?' }],
      temperature: 0.9,
      seed: 5,
      max_tokens: 30,
    };
    const cached = (reply: Reply): number =>
      (reply.json['usage'] as { prompt_tokens_details: { cached_tokens: number } }).prompt_tokens_details.cached_tokens;
    const second = await served.chat(longer);
    assert.ok(cached(second) >= 20, JSON.stringify(second.json));
    await served.withAnother({}, async (fresh) => {
      const reply = await fresh.chat(longer);
      assert.equal(cached(reply), 0);
      assert.deepEqual(reply.json['choices'], second.json['choices']);
    });
  });

  it('stops at stop strings that tokens do not line up with', async () => {
    const options = { temperature: 0, max_tokens: 40 };
    const whole = await served.chat(options);
    const { content } = (whole.json['choices'] as { message: { content: string } }[])[0]!.message;
    assert.ok(content.length > 12, content);
    for (let at = 1; at + 3 < 12; at++) {
      const stop = content.slice(at, at + 3);
      const { json } = await served.chat({ ...options, stop: ['never this', stop] });
      const choice = (json['choices'] as { message: { content: string }; finish_reason: string }[])[0]!;
      assert.equal(choice.message.content, content.slice(0, content.indexOf(stop)));
      assert.equal(choice.finish_reason, 'stop');
    }
  });

  it('ends the answer of a client that goes away', async () => {
    const long = { model: 'base', prompt: 'A story', temperature: 2, seed: 2, max_tokens: 600 };
    const order: string[] = [];
    // Room for two of three, and the first takes longest: the third has its turn before the second ends only where it was given up.
    await served.withAnother({ cacheRows: 1000 }, async (other) => {
      const first = other.completing();
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
      const second = other.post('/v1/completions', { ...long, seed: 4, max_tokens: 350 }).then((reply) => {
        order.push('second');
        return reply;
      });
      const third = other
        .post('/v1/completions', { ...long, prompt: new Array(200).fill(7), max_tokens: 1 })
        .then(() => {
          order.push('third');
        });
      first.destroy();
      await third;
      const { json } = await second;
      assert.deepEqual(order, ['third', 'second']);
      assert.equal((json['choices'] as { finish_reason: string }[])[0]!.finish_reason, 'length');
    });
  });

  it('had nothing to say about itself', () => {
    assert.deepEqual(served.logged, []);
  });
});
