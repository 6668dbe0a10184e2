import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { atLeastOne } from '../../test/at-least-one';
import { SftError } from '../base/errors';
import { isHeld } from '../base/spans';
import type { ChatMessage } from './chat-template';
import {
  loadChatTokenizer,
  type ChatTokenizer,
  type ChatTokenizerOptions,
  type QuestionAnswer,
} from './chat-tokenizer';

const FIXTURES = 'test/reference/text';

interface Chat {
  readonly now: string;
  readonly rendered: readonly {
    readonly template: string;
    readonly tokenizer: string;
    readonly messages: readonly ChatMessage[];
    readonly text: string | { readonly raises: string };
    readonly ids: readonly number[] | null;
  }[];
  readonly examples: readonly {
    readonly template: string;
    readonly tokenizer: string;
    readonly question: string;
    readonly answer: string;
    readonly ids: readonly number[];
    readonly trained: string;
  }[];
}

const chat = JSON.parse(readFileSync(`${FIXTURES}/chat.json`, 'utf8')) as Chat;
const families = JSON.parse(readFileSync(`${FIXTURES}/families.json`, 'utf8')) as Pick<Chat, 'examples'>;
const now = new Date(chat.now);

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sft-chat-'));
});
after(() => rm(folder, { recursive: true }));

/** A model folder of a tokenizer and a template of the fixtures; `template` may also be Jinja text. */
async function modelFolder(
  tokenizer: string,
  template: string | undefined,
  extra: Record<string, unknown> = {},
): Promise<string> {
  const dir = await mkdtemp(path.join(folder, 'model-'));
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await copyFile(
      `${FIXTURES}/${tokenizer.includes('/') ? tokenizer : `tokenizers/${tokenizer}`}/${name}`,
      path.join(dir, name),
    );
  }
  const source =
    template === undefined || template.includes('{')
      ? template
      : readFileSync(`${FIXTURES}/templates/${template}.jinja`, 'utf8');
  if (source !== undefined) await writeFile(path.join(dir, 'chat_template.jinja'), source);
  for (const [name, value] of Object.entries(extra)) await writeFile(path.join(dir, name), JSON.stringify(value));
  return dir;
}

async function load(tokenizer: string, template?: string, options: ChatTokenizerOptions = {}): Promise<ChatTokenizer> {
  return loadChatTokenizer(await modelFolder(tokenizer, template), { now, ...options });
}

const trainedText = (model: ChatTokenizer, question: string, answer: string): string => {
  const { ids, trained } = model.encodeExample({ question, answer }, 1024);
  return model.tokenizer.decode([...ids].filter((_, index) => isHeld(trained, index)));
};

describe('chat templates, against transformers', () => {
  for (const { template, tokenizer, messages, text, ids } of atLeastOne(chat.rendered)) {
    it(`${template}: ${messages.map((message) => message.role).join(', ')}`, async () => {
      const model = await load(tokenizer, template);
      if (typeof text === 'string') {
        assert.equal(model.template.renderChat(messages, { addGenerationPrompt: true }), text);
        assert.deepEqual(model.encodePrompt(messages), ids);
      } else {
        assert.throws(
          () => model.encodePrompt(messages),
          (error) =>
            error instanceof SftError && error.code === 'chat-template-raised' && error.message.includes(text.raises),
        );
      }
    });
  }

  it('are the same with lines that end as in Windows', async () => {
    for (const { template, tokenizer, messages, text } of chat.rendered) {
      if (typeof text !== 'string') continue;
      const source = readFileSync(`${FIXTURES}/templates/${template}.jinja`, 'utf8').replaceAll('\n', '\r\n');
      const model = await load(tokenizer, source);
      assert.equal(model.template.renderChat(messages, { addGenerationPrompt: true }), text, template);
    }
  });
});

describe('trained tokens, against offsets of the tokenizers library', () => {
  for (const { template, tokenizer, question, answer, ids, trained } of atLeastOne([
    ...chat.examples,
    ...atLeastOne(families.examples),
  ])) {
    it(`${tokenizer}, ${template}: ${JSON.stringify(answer)}`, async () => {
      const encoded = (await load(tokenizer, template)).encodeExample({ question, answer }, 1024);
      assert.deepEqual([...encoded.ids], ids);
      assert.equal(ids.map((_, at) => (isHeld(encoded.trained, at) ? 1 : 0)).join(''), trained);
      assert.equal(encoded.totalTokens, ids.length);
      assert.equal(encoded.truncatedTokens, 0);
    });
  }
});

describe('trained tokens', () => {
  it('are the answer and its end-of-turn token, not the line feed after it', async () => {
    assert.equal(trainedText(await load('qwen', 'chatml'), 'How?', 'So.'), 'So.<|im_end|>');
    assert.equal(trainedText(await load('llama-3', 'llama-3'), 'How?', ' So. '), 'So.<|eot_id|>');
  });

  it('are found whatever the texts say', async () => {
    const qwen = await load('qwen', 'chatml');
    const llama = await load('llama-3', 'llama-3');
    const texts = [
      'ProbeMessage0ForItsPlace',
      'ProbeMessage1ForItsPlace',
      'ProbeAnswerForItsPlace',
      'user',
      'Pro',
      '',
      'a\n',
    ];
    for (const question of texts) {
      for (const answer of texts) {
        assert.equal(trainedText(qwen, question, answer), `${answer}<|im_end|>`);
        // Llama 3's template cuts white space off at the edges.
        assert.equal(trainedText(llama, question, `\n${answer}`), `${answer.trim()}<|eot_id|>`);
      }
    }
  });

  it('are every answer of a conversation, or the last alone', async () => {
    const model = await load('llama-3', 'llama-3', { systemPrompt: 'Be brief.' });
    const last = model.training('last');
    const earlier = [
      { role: 'user', content: 'First?' },
      { role: 'assistant', content: 'One.' },
    ] as const;
    const encode = (asked: ChatTokenizer, history: readonly ChatMessage[]): { whole: string; trained: string } => {
      const { ids, trained } = asked.encodeExample({ question: 'Second?', answer: 'Two.', history }, 1024);
      const decode = (kept: Int32Array): string => model.tokenizer.decode([...kept]);
      return { whole: decode(ids), trained: decode(ids.filter((_, at) => isHeld(trained, at))) };
    };
    const { whole, trained } = encode(model, earlier);
    assert.equal(trained, 'One.<|eot_id|>Two.<|eot_id|>');
    assert.deepEqual(encode(last, earlier), { whole, trained: 'Two.<|eot_id|>' });
    assert.match(whole, /Be brief\.[^]*First\?[^]*One\.[^]*Second\?[^]*Two\./);
    const own = encode(last, [{ role: 'system', content: 'Be long.' }, ...earlier]);
    assert.equal(own.trained, 'Two.<|eot_id|>');
    assert.match(own.whole, /Be long\./);
    assert.doesNotMatch(own.whole, /Be brief/);
  });

  it('end at the end-of-turn token also where blanks are marked at the start of a text only', async () => {
    const template = "{% for m in messages %}{{ m.role + ': ' + m.content + eos_token + '\\n\\n' }}{% endfor %}";
    assert.equal(trainedText(await load('mistral', template), 'How?', 'So.'), 'So.</s>');
    assert.equal(trainedText(await load('llama-2', template), 'How?', 'So.'), 'So.</s>');
  });

  it('hold the thoughts where the model is asked to think, and say where they are left out', async () => {
    const model = await load('qwen', 'qwen3');
    const thoughtful = '<think>\nhm\n</think>\n\nSo.';
    assert.equal(trainedText(model, 'How?', 'So.'), 'So.<|im_end|>');
    assert.equal(trainedText(model, 'How?', thoughtful), 'So.<|im_end|>');
    const dropped = (chat: ChatTokenizer, example: QuestionAnswer): number =>
      chat.countExample(example).droppedThoughts;
    assert.equal(dropped(model, { question: 'How?', answer: thoughtful }), 1);
    const asked = model.thinking(true);
    assert.equal(trainedText(asked, 'How?', thoughtful), `${thoughtful}<|im_end|>`);
    assert.equal(dropped(asked, { question: 'How?', answer: thoughtful }), 0);
    // Asked to think, the model itself has to write that it has no thoughts.
    assert.equal(trainedText(asked, 'How?', 'So.'), '<think>\n\n</think>\n\nSo.<|im_end|>');
    assert.match(asked.tokenizer.decode(asked.encodePrompt([{ role: 'user', content: 'How?' }])), /assistant\n$/);
    // A template that knows nothing of reasoning_content leaves it out.
    const chatml = await load('qwen', 'chatml', { enableThinking: true });
    assert.equal(dropped(chatml, { question: 'How?', answer: 'So.', thoughts: 'hm' }), 1);
    assert.equal(trainedText(chatml, 'How?', thoughtful), `${thoughtful}<|im_end|>`);
  });

  it('include the token that holds the first character of the answer where a merge crosses the boundary', async () => {
    const template =
      "{% for m in messages %}{{ m.role + ':' + m.content + eos_token }}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";
    const model = await load('llama-3', template);
    const { ids, trained } = model.encodeExample({ question: 'the', answer: 'answer' }, 1024);
    const first = trained[0]!.from;
    assert.match(model.tokenizer.decode([...ids.slice(0, first)]), /assistant:?$/);
    assert.match(model.tokenizer.decode([...ids.slice(first)]), /^:?answer<\|eot_id\|>$/);
  });

  it('are cut with the end of the example; the start is kept', async () => {
    const model = await load('llama-3', 'llama-3');
    const example = { question: 'How do I renew my passport?', answer: 'Book an appointment and pay.' };
    const whole = model.encodeExample(example, 1024);
    const cut = model.encodeExample(example, whole.ids.length - 3);
    assert.deepEqual(cut.ids, whole.ids.subarray(0, -3));
    assert.deepEqual(cut.trained, [{ from: whole.trained[0]!.from, to: whole.trained[0]!.to - 3 }]);
    assert.equal(cut.totalTokens, whole.totalTokens);
    assert.equal(cut.truncatedTokens, 3);
    assert.deepEqual(model.encodeExample(example, 8).trained, []);
  });

  it('are refused where the template does not write the answer', async () => {
    await assert.rejects(
      load('llama-3', "{{ bos_token }}{{ messages[0]['content'] }}"),
      (error) => error instanceof SftError && error.code === 'chat-template-span',
    );
  });
});

describe('a chat model folder', () => {
  it('takes the template named default from a list', async () => {
    const template = '{% for m in messages %}[{{ m.role }}]{{ m.content }}{{ eos_token }}{% endfor %}';
    const dir = await modelFolder('llama-3', undefined, {
      'tokenizer_config.json': {
        eos_token: { content: '<|eot_id|>' },
        chat_template: [
          { name: 'tool_use', template: 'no' },
          { name: 'default', template },
        ],
      },
    });
    const model = await loadChatTokenizer(dir);
    assert.equal(
      model.template.renderChat([{ role: 'user', content: 'x' }], { addGenerationPrompt: false }),
      '[user]x<|eot_id|>',
    );
    assert.equal(model.notices.length, 1);
    assert.match(model.notices[0]!, /add_generation_prompt/);
  });

  it('without a template gets the one its vocabulary was made for, and says so', async () => {
    const wanted = {
      'llama-3':
        '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHow?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
      qwen: '<|im_start|>user\nHow?<|im_end|>\n<|im_start|>assistant\n',
      'llama-2': '<s>Question: How?\nAnswer:',
    };
    for (const [name, text] of Object.entries(wanted)) {
      const model = await load(name);
      assert.equal(model.template.renderChat([{ role: 'user', content: 'How?' }], { addGenerationPrompt: true }), text);
      assert.equal(model.notices.length, 1);
      assert.match(model.notices[0]!, /no chat template/);
    }
    assert.equal(trainedText(await load('llama-2'), 'How?', 'So.'), 'So.</s>');
  });

  it('stops at the ids of generation_config.json, else of config.json, and at the end-of-turn token', async () => {
    const both = { 'generation_config.json': { eos_token_id: [1, 2] }, 'config.json': { eos_token_id: 3 } };
    const endOfTurn = (await load('llama-3', 'llama-3')).tokenizer.tokenId('<|eot_id|>');
    const stops = async (extra: Record<string, unknown>): Promise<readonly number[]> =>
      (await loadChatTokenizer(await modelFolder('llama-3', 'llama-3', extra))).stopTokenIds;
    assert.deepEqual(await stops(both), [1, 2, endOfTurn]);
    assert.deepEqual(await stops({ 'config.json': { eos_token_id: 3 } }), [3, endOfTurn]);
    assert.deepEqual(await stops({}), [endOfTurn]);
  });

  it('puts a system prompt before conversations that have none', async () => {
    const model = await load('llama-3', 'llama-3', { systemPrompt: 'Be brief.' });
    const own = [
      { role: 'system', content: 'Be long.' },
      { role: 'user', content: 'How?' },
    ] as const;
    assert.match(model.tokenizer.decode(model.encodePrompt(own.slice(1))), /system<\|end_header_id\|>\n\nBe brief\./);
    assert.doesNotMatch(model.tokenizer.decode(model.encodePrompt(own)), /Be brief/);
    const { ids } = model.encodeExample({ question: 'How?', answer: 'So.' }, 1024);
    assert.match(model.tokenizer.decode([...ids]), /Be brief\./);
  });

  it('says on which line a template is broken', async () => {
    await assert.rejects(
      load('llama-3', '{{ bos_token }}\n{% for m in messages %}\n{{ m.content | }}\n{% endfor %}\n'),
      (error) => error instanceof SftError && error.code === 'chat-template-syntax' && error.line === 3,
    );
  });

  it('stops a template that asks for too much', async () => {
    await assert.rejects(
      load('llama-3', '{% for i in range(1000000000) %}x{% endfor %}'),
      (error) => error instanceof SftError && error.code === 'chat-template-failed' && /range/.test(error.message),
    );
  });
});
