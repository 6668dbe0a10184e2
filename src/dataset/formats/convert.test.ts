import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { createRandom, type Random } from '../../base/random';
import { checkText } from '../read';
import { adaptExample } from './adapt';
import { conversationOf } from './conversation';
import { convertExample, writeExamples } from './convert';
import { KINDS, type DatasetKind } from './kind';

type JsonObject = Readonly<Record<string, unknown>>;

const PIECES = ['a', ' ', '\n', '"', '\\', ',', '₦', '😀', 'é', '{', '…', '\t', "'"];

function text(random: Random): string {
  const inner = Array.from({ length: random.below(12) }, () => PIECES[random.below(PIECES.length)]!).join('');
  return `x${inner}`;
}

/** A random example of a kind; `turns` > 2 only where the kind has turns. */
function sample(kind: DatasetKind, random: Random, rich: boolean): JsonObject {
  const further = random.below(2) === 0 ? {} : { agency: text(random), source: text(random) };
  if (kind === 'qa') return { question: text(random), answer: text(random), ...further };
  if (kind === 'prompt-completion') return { prompt: text(random), completion: text(random), ...further };
  if (kind === 'alpaca') {
    const system = rich && random.below(2) === 0 ? { system: text(random) } : {};
    const input = rich && random.below(2) === 0 ? text(random) : '';
    return { instruction: text(random), input, output: text(random), ...system, ...further };
  }
  const rounds = rich ? 1 + random.below(3) : 1;
  const roles = Array.from({ length: rounds }, () => ['user', 'assistant']).flat();
  if (rich && random.below(2) === 0) roles.unshift('system');
  if (kind === 'messages') {
    return { messages: roles.map((role) => ({ role, content: text(random) })), ...further };
  }
  const speakers: Readonly<Record<string, string>> = { user: 'human', assistant: 'gpt', system: 'system' };
  return { conversations: roles.map((role) => ({ from: speakers[role], value: text(random) })), ...further };
}

describe('conversion', () => {
  it('there and back gives the same bytes where turns have further keys', () => {
    const value = {
      messages: [
        { role: 'user', content: 'q?', name: 'Ada' },
        { role: 'assistant', content: 'a', weight: 1 },
      ],
    };
    const there = convertExample(value, 'messages', 'sharegpt');
    const back = convertExample(there.value, 'sharegpt', 'messages');
    assert.deepEqual([there.lost, back.lost], [[], []]);
    assert.equal(writeExamples([back.value], 'jsonl'), writeExamples([value], 'jsonl'));
  });
  for (const from of KINDS) {
    for (const to of KINDS) {
      it(`${from} to ${to} and back gives the same where nothing is said to be lost`, () => {
        const random = createRandom(from.length * 31 + to.length);
        let kept = 0;
        for (let round = 0; round < 300; round++) {
          const value = sample(from, random, round % 2 === 1);
          const there = convertExample(value, from, to);
          // What comes out is sound, and read as the kind it was written as.
          const [item, ...more] = checkText('x.jsonl', writeExamples([there.value], 'jsonl'));
          assert.ok(item?.type === 'example' && more.length === 0, JSON.stringify([value, item, more]));
          assert.deepEqual(item.raw, there.value);
          const [before, after] = [adaptExample(from, value), adaptExample(to, there.value)];
          assert.deepEqual(after.value.question, before.value.question);
          assert.deepEqual(after.value.answer, before.value.answer);
          assert.equal(after.value.agency, before.value.agency);
          if (there.lost.length > 0) continue;
          kept++;
          const back = convertExample(there.value, to, from);
          assert.deepEqual(back.lost, []);
          assert.deepEqual(conversationOf(from, back.value), conversationOf(from, value));
          if (from !== 'alpaca' || value['input'] === '') assert.deepEqual(back.value, value);
        }
        assert.ok(kept >= 150, `${kept}`);
      });
    }
  }
  it('says what is lost, each thing once', () => {
    const messages = ['system', 'user', 'assistant', 'user', 'assistant'].map((role) => ({ role, content: 'x' }));
    const rich = { messages, id: 7, question: 'other' };
    assert.deepEqual(convertExample(rich, 'messages', 'qa').lost, [
      'the system message',
      'the 2 turns before the last question',
      'the key "question"',
    ]);
    assert.deepEqual(convertExample(rich, 'messages', 'alpaca').lost, ['the 2 turns before the last question']);
    assert.deepEqual(convertExample(rich, 'messages', 'sharegpt').lost, []);
    const about = { question: 'When?', context: 'It began in May.', answer: 'In May.' };
    assert.deepEqual(convertExample(about, 'qa', 'alpaca'), {
      value: { instruction: 'When?', input: 'It began in May.', output: 'In May.' },
      lost: [],
    });
    const named = {
      messages: [
        { role: 'user', content: 'q', name: 'Ada' },
        { role: 'assistant', content: 'a' },
      ],
    };
    assert.deepEqual(convertExample(named, 'messages', 'prompt-completion').lost, ['the key "name" of a turn']);
    assert.deepEqual(convertExample({ question: 'q', answer: 'a', input: 'i' }, 'qa', 'alpaca').lost, [
      'the key "input"',
    ]);
  });
});
