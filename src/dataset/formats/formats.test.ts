import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { parseTree } from 'jsonc-parser';
import { DatasetChecker, type DatasetItem } from '../check';
import type { Finding } from '../finding';
import { checkText } from '../read';
import { subjectTexts } from '../subject-texts';
import type { DatasetKind } from './kind';

function findingsOf(items: readonly DatasetItem[]): Finding[] {
  return items.flatMap((item) => (item.type === 'finding' ? [item.finding] : []));
}

function summary(text: string, file = 'x.json'): string[] {
  return findingsOf(checkText(file, text)).map(
    (f) => `${f.line}:${f.column}-${f.endLine}:${f.endColumn} ${f.severity} ${f.rule}`,
  );
}

const SAMPLES: Readonly<Record<DatasetKind, object>> = {
  qa: { question: 'q?', answer: 'a' },
  alpaca: { instruction: 'q?', input: '', output: 'a' },
  sharegpt: {
    conversations: [
      { from: 'human', value: 'q?' },
      { from: 'gpt', value: 'a' },
    ],
  },
  messages: {
    messages: [
      { role: 'user', content: 'q?' },
      { role: 'assistant', content: 'a' },
    ],
  },
  'prompt-completion': { prompt: 'q?', completion: 'a' },
};

describe('the format is told by what the file holds', () => {
  for (const [kind, sample] of Object.entries(SAMPLES)) {
    for (const lines of [false, true]) {
      it(`${kind} as ${lines ? 'JSONL' : 'a JSON array'}, in pieces of any size`, () => {
        const other = JSON.stringify(sample).replace('q?', 'r?');
        const text = lines ? `${JSON.stringify(sample)}\n${other}` : `[${JSON.stringify(sample)},\n${other}]`;
        for (const size of [1, 7, text.length]) {
          const checker = new DatasetChecker('x.json');
          const items: DatasetItem[] = [];
          for (let at = 0; at < text.length; at += size) items.push(...checker.push(text.slice(at, at + size)));
          items.push(...checker.finish());
          assert.deepEqual([checker.kind, checker.format], [kind, lines ? 'jsonl' : 'json']);
          assert.deepEqual(findingsOf(items), []);
          assert.deepEqual(
            items.map((item) => item.type === 'example' && item.example.value),
            [
              { question: 'q?', answer: 'a' },
              { question: 'r?', answer: 'a' },
            ],
          );
        }
      });
    }
  }
  it('the majority decides, and the odd one out is named', () => {
    const { qa, alpaca } = SAMPLES;
    const text = [qa, alpaca, alpaca].map((value, at) => JSON.stringify(value).replace('q?', `q${at}?`)).join('\n');
    const items = checkText('x.jsonl', text);
    assert.deepEqual(
      findingsOf(items).map((f) => [f.line, f.column, f.rule]),
      [[1, 1, 'mixed-format']],
    );
    assert.equal(items.filter((item) => item.type === 'example').length, 2);
  });
  it('keeps places and order when the kind is known late', () => {
    const text = `{"x": "y"}\n{"question": "a?", "answer": ""}\n{"question": "a?", "answer": "b",}\n`;
    assert.deepEqual(summary(text, 'x.jsonl'), [
      '1:1-1:2 error missing-key',
      '2:30-2:32 error blank-text',
      '3:33-3:34 error trailing-comma',
    ]);
  });
});

const U = '{"role": "user", "content": "q?"}';
const A = '{"role": "assistant", "content": "a"}';
describe('the schema of each format, at the exact range', () => {
  const cases: readonly [string, string, string[]][] = [
    ['Alpaca without output', '[{"instruction": "q?", "input": ""}]', ['1:2-1:3 error missing-key']],
    ['Alpaca with a blank output', '[{"instruction": "q?", "output": " "}]', ['1:34-1:37 error blank-text']],
    ['Alpaca with a misspelt key', '[{"instrution": "q?", "output": "a"}]', ['1:3-1:15 error misspelt-key']],
    [
      'Alpaca with a misspelt optional key',
      '[{"instruction": "q?", "inptu": "x", "output": "a"}]',
      ['1:24-1:31 warning misspelt-key'],
    ],
    ['Alpaca with a number', '[{"instruction": "q?", "input": 7, "output": "a"}]', ['1:33-1:34 error wrong-type']],
    ['a completion that is missing', '[{"prompt": "q?"}]', ['1:2-1:3 error missing-key']],
    ['messages that are no list', '[{"messages": "q?"}]', ['1:15-1:19 error wrong-type']],
    ['no message at all', '[{"messages": []}]', ['1:15-1:17 error wrong-type']],
    ['a message that is no object', `[{"messages": ["x", ${U}, ${A}]}]`, ['1:16-1:19 error wrong-type']],
    [
      'an unknown role',
      '[{"messages": [{"role": "usr", "content": "q?"}, ' + A + ']}]',
      ['1:25-1:30 error unknown-role'],
    ],
    [
      'a misspelt key of a turn',
      '[{"messages": [{"role": "user", "contnet": "q?"}, ' + A + ']}]',
      ['1:33-1:42 error misspelt-key'],
    ],
    ['a key missing in a turn', '[{"messages": [{"role": "user"}, ' + A + ']}]', ['1:16-1:17 error missing-key']],
    ['a blank turn', '[{"messages": [{"role": "user", "content": ""}, ' + A + ']}]', ['1:44-1:46 error blank-text']],
    ["a last turn that is not the assistant's", `[{"messages": [${U}]}]`, ['1:25-1:31 error last-turn']],
    ['an answer without a question', `[{"messages": [${A}]}]`, ['1:25-1:36 error last-turn']],
    [
      'answers that are all left out',
      `[{"messages": [${U}, {"role": "assistant", "content": "a", "weight": 0}]}]`,
      ['1:60-1:71 error nothing-learnt'],
    ],
    ['turns that do not alternate', `[{"messages": [${U}, ${U}, ${A}]}]`, ['1:60-1:66 warning turn-order']],
    [
      'a role of the other format',
      '[{"conversations": [{"from": "bot", "value": "q?"}, {"from": "gpt", "value": "a"}]}]',
      ['1:30-1:35 error unknown-role'],
    ],
  ];
  for (const [name, text, expected] of cases) {
    it(`finds ${name}`, () => {
      assert.deepEqual(summary(text), expected);
    });
  }
  it('names a part that is no text, which cannot be joined to one', () => {
    const told = (content: unknown): string[] =>
      findingsOf(checkText('x.json', `[{"messages": [${JSON.stringify({ role: 'user', content })}, ${A}]}]`)).map(
        ({ message }) => message,
      );
    const text = { type: 'text', text: 'What is this?' };
    assert.deepEqual(told([text, { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }]), [
      '"content" has a part of type "image_url", and only text can be learned - remove the part or delete the example',
    ]);
    assert.deepEqual(told([text, 7]), ['"content" must be a text, not an array - join its parts into one text']);
    assert.deepEqual(told([text]), []);
  });
  it('offers the nearest', () => {
    const [role] = findingsOf(checkText('x.json', `[{"messages": [{"role": "usr", "content": "q"}, ${A}]}]`));
    assert.match(role!.message, /"usr" is not a known role - did you mean "user"\?/);
  });
});

describe('what an example becomes', () => {
  const only = (value: object): unknown => {
    const [item] = checkText('x.jsonl', JSON.stringify(value));
    assert.ok(item?.type === 'example', JSON.stringify(item));
    const { value: adapted, history } = item.example;
    return { adapted, history };
  };
  it("Alpaca's input follows its instruction after an empty line", () => {
    assert.deepEqual(only({ instruction: 'Correct this.', input: 'He go.', output: 'He goes.', agency: 'X' }), {
      adapted: { question: 'Correct this.\n\nHe go.', answer: 'He goes.', agency: 'X' },
      history: undefined,
    });
  });
  it('the last two turns are question and answer, what stands before is history', () => {
    const turns = ['system', 'human', 'gpt', 'human', 'gpt'].map((from, at) => ({ from, value: `t${at}` }));
    assert.deepEqual(only({ conversations: turns }), {
      adapted: { question: 't3', answer: 't4' },
      history: [
        { role: 'system', content: 't0' },
        { role: 'user', content: 't1' },
        { role: 'assistant', content: 't2' },
      ],
    });
  });
});

describe('what the keys of a turn mean', () => {
  const example = (turns: readonly object[], keys = {}): unknown => {
    const [item] = checkText('x.jsonl', JSON.stringify({ messages: turns, ...keys }));
    assert.ok(item?.type === 'example', JSON.stringify(item));
    const { value, history, thoughts } = item.example;
    return { value, history, thoughts };
  };
  const user = { role: 'user', content: 'q?' };
  it('an answer that is left out is context, and nothing stands behind the last that is learned', () => {
    const turns = [
      user,
      { role: 'assistant', content: 'wrong', weight: 0 },
      user,
      { role: 'assistant', content: 'right', weight: 1 },
      user,
      { role: 'assistant', content: 'off', train: false },
    ];
    assert.deepEqual(example(turns), {
      value: { question: 'q?', answer: 'right' },
      history: [user, { role: 'assistant', content: 'wrong', train: false }],
      thoughts: undefined,
    });
  });
  it('thoughts beside an answer are its own, whatever they are called', () => {
    for (const key of ['reasoning_content', 'reasoning', 'thinking']) {
      const answer = { role: 'assistant', content: 'a', [key]: 'hm' };
      assert.deepEqual(example([user, answer, user, answer]), {
        value: { question: 'q?', answer: 'a' },
        history: [user, { role: 'assistant', content: 'a', thoughts: 'hm' }],
        thoughts: 'hm',
      });
    }
    assert.deepEqual(example([user, { role: 'assistant', content: 'a', reasoning_content: null }]), {
      value: { question: 'q?', answer: 'a' },
      history: undefined,
      thoughts: undefined,
    });
  });
});

describe('conversations', () => {
  const chat = (first: string): string =>
    JSON.stringify({
      messages: ['user', 'assistant', 'user', 'assistant'].map((role, at) => ({
        role,
        content: at === 0 ? first : `t${at}`,
      })),
    });
  it('are duplicates only where the earlier turns are the same as well', () => {
    assert.deepEqual(summary(`${chat('a')}\n${chat('b')}`, 'x.jsonl'), []);
    const [duplicate] = summary(`${chat('a')}\n${chat('A ')}`, 'x.jsonl');
    assert.match(duplicate!, /^2:1-.* warning exact-duplicate$/);
  });
});

describe('the texts of an example', () => {
  const textsOf = (source: string, kind: DatasetKind): string[] =>
    subjectTexts(parseTree(source)!, kind).map(
      ({ role, value, start, end }) => `${role} ${value} ${JSON.parse(source.slice(start, end)) === value}`,
    );
  it('have the role their format gives them, and their exact place', () => {
    assert.deepEqual(
      textsOf(
        '{"instruction": "a", "input": "b\\"", "output": "c", "system": "d", "agency": "e", "id": "f"}',
        'alpaca',
      ),
      ['question a true', 'question b" true', 'answer c true', 'system d true', 'agency e true', 'other f true'],
    );
    assert.deepEqual(textsOf('{"prompt": "a", "completion": "b"}', 'prompt-completion'), [
      'question a true',
      'answer b true',
    ]);
    const turns = '[{"value": "a", "from": "system"}, {"from": "human", "value": "b"}, {"from": "gpt", "value": "c"}]';
    assert.deepEqual(textsOf(`{"id": "x", "conversations": ${turns}}`, 'sharegpt'), [
      'other x true',
      'system a true',
      'question b true',
      'answer c true',
    ]);
  });
});
