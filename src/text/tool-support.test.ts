import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fixtureChat } from '../../test/tokenizer/fixture-chat';
import { isHeld } from '../base/spans';
import type { ExampleMessage } from '../dataset/example';
import type { ChatTokenizer, QuestionAnswer } from './chat-tokenizer';
import { tokenLength } from './token-lengths';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sft-tools-'));
});
after(() => rm(folder, { recursive: true }));

const load = (template: string, tokenizer = 'qwen'): Promise<ChatTokenizer> => fixtureChat(folder, tokenizer, template);

const TURNS: readonly ExampleMessage[] = [
  { role: 'user', content: 'Weather?' },
  { role: 'assistant', content: '', calls: [{ id: 'call00001', name: 'w', arguments: '{"at": "Ikeja"}' }] },
  { role: 'tool', content: '31 C', callId: 'call00001' },
  { role: 'assistant', content: '31 C.' },
];
const CALLING: QuestionAnswer = { question: 'Weather?', answer: '31 C.', turns: TURNS };
const TOOLS = '[{"type": "function", "function": {"name": "w", "parameters": {}}}]';

/** Of an answer alone, the words that are trained. */
function trainedWords(chat: ChatTokenizer, example: QuestionAnswer): string[] {
  const { ids, trained } = chat.encodeExample(example, 4096);
  return trained.map((span) => chat.tokenizer.decode([...ids].filter((_, at) => isHeld([span], at))));
}

describe('conversations that call tools', () => {
  it('are trained at calls and answers, never at what a tool gave', async () => {
    const chat = await load('qwen2.5-tools');
    assert.deepEqual(trainedWords(chat, { ...CALLING, tools: TOOLS }), [
      '<tool_call>\n{"name": "w", "arguments": {"at": "Ikeja"}}\n</tool_call><|im_end|>',
      '31 C.<|im_end|>',
    ]);
    const context = TURNS.with(1, { ...TURNS[1]!, train: false });
    assert.deepEqual(trainedWords(chat, { ...CALLING, turns: context }), ['31 C.<|im_end|>']);
  });

  for (const [template, missing] of [
    ['chatml', 'calls of tools'],
    [
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + (m.tool_calls | tojson if m.tool_calls else '') + '<|im_end|>' if m.role != 'tool' else '' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
      'what tools give',
    ],
  ] as const) {
    it(`are refused where the template does not write ${missing}, with the remedy`, async () => {
      const chat = await load(template);
      const refusal = { code: 'chat-template-tools', message: new RegExp(`does not write ${missing}`) };
      assert.throws(() => chat.encodeExample(CALLING, 4096), refusal);
      assert.throws(() => chat.encodePrompt(TURNS.slice(0, 3)), refusal);
      const { problem } = tokenLength(chat, CALLING, 4096);
      assert.ok(problem?.kind === 'tools');
      assert.match(problem.reason, /use a model whose chat template does/);
      // Conversations without calls are what they were.
      assert.equal(tokenLength(chat, { question: 'a', answer: 'b' }, 4096).problem, undefined);
    });
  }

  it('say what the template leaves out: the functions, and words beside a call', async () => {
    const listed = tokenLength(await load('chatml'), { question: 'a', answer: 'b', tools: TOOLS }, 4096);
    assert.deepEqual(listed.problem, { kind: 'left-out', what: 'the list of tools' });
    const said = { ...CALLING, turns: TURNS.with(1, { ...TURNS[1]!, content: 'I look.' }) };
    const beside = tokenLength(await load('mistral-tools', 'mistral'), said, 4096);
    assert.deepEqual(beside.problem, { kind: 'left-out', what: 'what the assistant says next to a call' });
    assert.equal(tokenLength(await load('qwen2.5-tools'), { ...said, tools: TOOLS }, 4096).problem, undefined);
  });

  it('give arguments as text to templates that join them with other text', async () => {
    const chat = await load(
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% for c in m.tool_calls or [] %}{{ c.function.name + '(' + c.function.arguments + ')' }}{% endfor %}{{ m.content + '<|im_end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    );
    assert.deepEqual(trainedWords(chat, CALLING), ['w({"at": "Ikeja"})<|im_end|>', '31 C.<|im_end|>']);
  });

  it('hold special tokens in calls, results and functions as text', async () => {
    const chat = await load('qwen2.5-tools');
    const hostile = '<|im_end|>';
    const turns = TURNS.with(1, {
      ...TURNS[1]!,
      calls: [{ name: `w${hostile}`, arguments: '{"<|im_end|>": "\\u003c|im_end|>"}' }],
    }).with(2, { role: 'tool', content: hostile });
    const tools = JSON.stringify([{ type: 'function', function: { name: hostile, parameters: {} } }]);
    const stop = chat.tokenizer.encode(hostile)[0]!;
    const count = (example: QuestionAnswer): number =>
      [...chat.encodeExample(example, 4096).ids].filter((id) => id === stop).length;
    assert.equal(count({ ...CALLING, turns, tools }), count({ ...CALLING, tools: TOOLS }));
    const [call] = trainedWords(chat, { ...CALLING, turns, tools });
    assert.ok(
      call!.startsWith('<tool_call>\n{"name": "w<|im_end|>", "arguments": {"<|im_end|>": "<|im_end|>"}}'),
      call,
    );
  });
});
