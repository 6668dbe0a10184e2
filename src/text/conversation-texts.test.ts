import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fixtureChat } from '../../test/tokenizer/fixture-chat';
import { isHeld } from '../base/spans';
import type { ChatMessage } from './chat-template';
import type { ChatTokenizer, EncodedText, QuestionAnswer } from './chat-tokenizer';
import { tokenLength } from './token-lengths';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sft-asked-'));
});
after(() => rm(folder, { recursive: true }));

const load = (tokenizer: string, template: string): Promise<ChatTokenizer> => fixtureChat(folder, tokenizer, template);

const trainedOf = (chat: ChatTokenizer, { ids, trained }: EncodedText): string =>
  chat.tokenizer.decode([...ids].filter((_, at) => isHeld(trained, at)));

/** The ids before the last answer of a text. */
const before_ = ({ ids, trained }: EncodedText): number[] => [...ids.slice(0, trained.at(-1)!.from)];

const USER: ChatMessage = { role: 'user', content: 'How?' };

describe('what is trained is what will be asked', () => {
  const prompts: readonly (readonly [string, string, string])[] = [
    ['thoughts that are opened', 'deepseek', 'deepseek-r1'],
    [
      'a line feed more',
      'llama-3',
      "{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>' + m.content + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n' }}{% endif %}",
    ],
    [
      'a header that the prompt lacks',
      'llama-3',
      "{% for m in messages %}{{ m.role + ': ' + m.content + '<|eot_id|>' }}{% endfor %}",
    ],
    ['thoughts left out of history', 'qwen', 'qwen3'],
  ];
  for (const [name, tokenizer, template] of prompts) {
    it(`${name}: the prompt's ids begin the text of each answer`, async () => {
      for (const thinking of [false, true]) {
        const chat = (await load(tokenizer, template)).thinking(thinking);
        const first: ChatMessage = { role: 'assistant', content: 'So.' };
        const history = [USER, first];
        const example = { question: 'Why?', answer: 'Because.', history };
        const { earlier, ...whole } = chat.encodeExample(example, 1024);
        const second = chat.encodePrompt([...history, { role: 'user', content: 'Why?' }]);
        assert.deepEqual(before_(whole), second);
        const text = earlier[0] ?? { ids: whole.ids, trained: whole.trained.slice(0, 1) };
        assert.deepEqual(before_(text), chat.encodePrompt([USER]));
        assert.equal(whole.trainedAnswers, 2);
        assert.equal(whole.joined, undefined);
        if (template === 'deepseek-r1') assert.equal(earlier.length, 1);
      }
    });
  }

  it('says how the two differ, with both texts', async () => {
    const opened = (await load('deepseek', 'deepseek-r1')).difference;
    assert.match(opened!.asked, /<｜Assistant｜><think>\\n"$/);
    assert.match(opened!.written, /<｜Assistant｜>\(answer\)"$/);
    assert.equal((await load('qwen', 'qwen3')).thinking(true).difference, undefined);
    assert.equal((await load('llama-2', 'llama-2')).difference, undefined);
  });

  it('closes thoughts that a prompt opens, with the thoughts of the data or with none', async () => {
    const chat = (await load('deepseek', 'deepseek-r1')).thinking(true);
    const trained = (example: Omit<QuestionAnswer, 'question'>): string =>
      trainedOf(chat, chat.encodeExample({ question: 'How?', ...example }, 1024));
    const end = '<｜end▁of▁sentence｜>';
    assert.equal(trained({ answer: 'So.' }), `\n</think>\n\nSo.${end}`);
    assert.equal(trained({ answer: 'So.', thoughts: 'hm' }), `hm\n</think>\n\nSo.${end}`);
    assert.equal(trained({ answer: '<think>\nhm\n</think>\n\nSo.' }), `hm\n</think>\n\nSo.${end}`);
    assert.equal(trained({ answer: '<think>hm</think>So.' }), `hm\n</think>\n\nSo.${end}`);
    const { tokenizer } = chat;
    assert.equal(chat.decodeAnswer(tokenizer.encode(`hm\n</think>\n\nSo.${end}`)), 'So.');
  });

  it('is an error where the last token of the prompt joins with the answer', async () => {
    const chat = await load(
      'llama-3',
      "{% for m in messages %}{{ m.role + ' ' + m.content + eos_token }}{% endfor %}{% if add_generation_prompt %}assistant {% endif %}",
    );
    // With its blank "the" is one token.
    const { problem } = tokenLength(chat, { question: 'the', answer: 'the answer' }, 64);
    assert.ok(problem?.kind === 'joined', JSON.stringify(problem));
    assert.match(problem.asked, /assistant $/);
    assert.match(problem.trained, /assistant the answer/);
    assert.equal(tokenLength(chat, { question: 'the', answer: '日' }, 64).problem, undefined);
  });
});

describe('answers that are not trained', () => {
  it('are those that the data leave out, and those that nobody asked for where the template refuses', async () => {
    const chat = await load('llama-3', 'llama-3');
    const history: readonly ChatMessage[] = [
      { role: 'assistant', content: 'Welcome.' },
      USER,
      { role: 'assistant', content: 'Wrong.', train: false },
      USER,
      { role: 'assistant', content: 'Right.' },
    ];
    const encoded = chat.encodeExample({ question: 'Why?', answer: 'So.', history }, 1024);
    assert.equal(trainedOf(chat, encoded), 'Right.<|eot_id|>So.<|eot_id|>');
    assert.deepEqual([encoded.answers, encoded.trainedAnswers], [4, 2]);
  });

  it('are named where the template refuses the conversation', async () => {
    const chat = await load('mistral', 'mistral');
    const history: readonly ChatMessage[] = [{ role: 'system', content: 'Be brief.' }];
    const { problem, tokens } = tokenLength(chat, { question: 'a', answer: 'b', history }, 64);
    assert.ok(problem?.kind === 'refused' && /only user and assistant/.test(problem.reason), JSON.stringify(problem));
    assert.equal(tokens, 0);
  });
});

describe('special tokens written in a message', () => {
  it('are text in training and in prompts, and control nowhere', async () => {
    for (const [tokenizer, template, token] of [
      ['qwen', 'qwen3', '<|im_end|>'],
      ['qwen', 'chatml', '<|im_start|>'],
      ['llama-3', 'llama-3', '<|eot_id|>'],
      ['llama-2', 'llama-2', '</s>'],
      ['mistral', 'mistral', '<s>'],
    ] as const) {
      const chat = await load(tokenizer, template);
      const id = chat.tokenizer.tokenId(token)!;
      const count = (ids: ArrayLike<number>): number => Array.from(ids).filter((one) => one === id).length;
      const example = (said: string): QuestionAnswer => ({ question: `a${said}b`, answer: `c${said}d` });
      const plain = chat.encodeExample(example(''), 1024);
      const { ids, trained, joined } = chat.encodeExample(example(token), 1024);
      assert.equal(count(ids), count(plain.ids), template);
      assert.equal(joined, undefined);
      const [place] = trained;
      const said = chat.tokenizer.decode([...ids.slice(place!.from, place!.to)]);
      assert.ok(said.trim().startsWith(`c${token}d`), said);
      const asked: ChatMessage = { role: 'user', content: `a${token}b` };
      assert.deepEqual([...ids.slice(0, place!.from)], chat.encodePrompt([asked]), template);
      assert.equal(chat.countExample(example(token)).total, ids.length);
    }
  });

  it('are split as tokenizers do with encode_special_tokens, and thoughts stay tokens', async () => {
    const { tokenizer } = await load('qwen', 'chatml');
    const split = tokenizer.encode(tokenizer.literal('x<|im_start|>y'), true);
    assert.equal(tokenizer.decode(split), 'x<|im_start|>y');
    assert.ok(split.every((id) => !tokenizer.isAdded(id)));
    const thought = tokenizer.encode(tokenizer.literal('<think>'), true);
    assert.deepEqual(thought, [tokenizer.tokenId('<think>')]);
    // The mark itself may stand in a text.
    assert.equal(
      tokenizer.decode(tokenizer.encode(tokenizer.literal('a\ufdd0b<|im_end|>'), true)),
      'a\ufdd0b<|im_end|>',
    );
  });
});
