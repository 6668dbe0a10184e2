import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { appendExample, type NewExample } from './append-example';

const example: NewExample = { history: [], question: 'Why?', answer: 'Because.' };

function appended(text: string, file = 'data.json', added = example): string {
  const { edit } = appendExample(file, text, added);
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

function lengthOf(text: string): number {
  return (JSON.parse(text) as unknown[]).length;
}

function refused(text: string, file = 'data.json'): SftError {
  try {
    appendExample(file, text, example);
  } catch (error) {
    assert.ok(error instanceof SftError, String(error));
    assert.equal(error.code, 'not-appendable');
    return error;
  }
  assert.fail('nothing was refused');
}

describe('an example added to a JSON array', () => {
  const both = [
    { question: 'a', answer: 'b' },
    { question: 'Why?', answer: 'Because.' },
  ];

  for (const indent of [1, 2, 4, '\t']) {
    it(`is indented as the others are: ${JSON.stringify(indent)}`, () => {
      const text = `${JSON.stringify(both.slice(0, 1), null, indent)}\n`;
      assert.equal(appended(text), `${JSON.stringify(both, null, indent)}\n`);
    });
  }

  it('keeps CRLF, and no line end at the end', () => {
    const crlf = (value: unknown): string => JSON.stringify(value, null, 2).replaceAll('\n', '\r\n');
    assert.equal(appended(crlf(both.slice(0, 1))), crlf(both));
  });

  it('stands on one line where the array does', () => {
    assert.equal(appended(JSON.stringify(both.slice(0, 1))), JSON.stringify(both));
    assert.equal(
      appended('[{ "question": "a", "answer": "b" }]'),
      '[{ "question": "a", "answer": "b" }, { "question": "Why?", "answer": "Because." }]',
    );
  });

  it('has a line of its own where each example has', () => {
    assert.equal(
      appended('[\n  {"question": "a", "answer": "b"},\n  {"question": "c", "answer": "d"}\n]\n'),
      '[\n  {"question": "a", "answer": "b"},\n  {"question": "c", "answer": "d"},\n  {"question": "Why?", "answer": "Because."}\n]\n',
    );
  });

  it('follows braces that stand together', () => {
    const text = '[{\n  "question": "a",\n  "answer": "b"\n}, {\n  "question": "c",\n  "answer": "d"\n}]';
    assert.equal(appended(text), `${text.slice(0, -1)}, {\n  "question": "Why?",\n  "answer": "Because."\n}]`);
  });

  it('follows commas at the start of lines', () => {
    const text = '[ {"question":"a","answer":"b"}\n, {"question":"c","answer":"d"}\n]';
    assert.equal(appended(text), `${text.slice(0, -2)}\n, {"question":"Why?","answer":"Because."}\n]`);
  });

  it('fills an empty array', () => {
    const filled = '[\n  {\n    "question": "Why?",\n    "answer": "Because."\n  }\n]';
    assert.equal(appended('[]'), filled);
    assert.equal(appended('[\n\n]\n'), `${filled}\n`);
    assert.equal(appended('[\r\n]'), filled.replaceAll('\n', '\r\n'));
  });

  it('comes after a comma too many, which is one no more', () => {
    const text = '[\n  {"question": "a", "answer": "b"},\n]\n';
    assert.deepEqual(JSON.parse(appended(text)), both);
    assert.equal(appended(text).split('\n')[2], '  {"question": "Why?", "answer": "Because."}');
  });

  it('leaves every other character as it is', () => {
    const text = '\ufeff[\n {"question":"₦, ] and }", "answer":"\\"]\\\\"  }  ]  \n\n';
    const { edit } = appendExample('data.json', text, example);
    assert.equal(edit.start, edit.end);
    assert.equal(lengthOf(appended(text).slice(1)), 2);
  });

  it('takes an example that is not valid for what it is', () => {
    assert.equal(lengthOf(appended('[{"question": 3}, 4]')), 3);
  });
});

describe('an example added to JSONL', () => {
  const line = '{"question":"Why?","answer":"Because."}';
  const first = '{"question":"a","answer":"b"}';

  it('is a line at the end, with or without a last line end', () => {
    assert.equal(appended(`${first}\n`, 'data.jsonl'), `${first}\n${line}\n`);
    assert.equal(appended(first, 'data.jsonl'), `${first}\n${line}\n`);
    assert.equal(appended(`${first}\r\n`, 'data.jsonl'), `${first}\r\n${line}\r\n`);
    assert.equal(appended(`${first}\n\n\n`, 'data.jsonl'), `${first}\n${line}\n\n\n`);
  });

  it('is spaced as the last line is', () => {
    const spaced = '{"question": "a", "answer": "b"}\n';
    assert.equal(appended(spaced, 'data.jsonl'), `${spaced}{"question": "Why?", "answer": "Because."}\n`);
  });

  it('is told by its content under any name', () => {
    assert.equal(appended(`${first}\n${first}\n`), `${first}\n${first}\n${line}\n`);
  });
});

describe('an example added to a file of another kind', () => {
  const system = { role: 'system', content: 'Be short.' } as const;
  const agency = { ...example, agency: 'Health' };
  const one = (text: string, added: NewExample): unknown => {
    const { edit } = appendExample('data.jsonl', text, added);
    return JSON.parse(edit.text);
  };

  it('has that kind’s shape', () => {
    assert.deepEqual(one('{"instruction":"a","input":"","output":"b"}\n', { ...agency, history: [system] }), {
      instruction: 'Why?',
      input: '',
      output: 'Because.',
      system: 'Be short.',
      agency: 'Health',
    });
    assert.deepEqual(one('{"prompt":"a","completion":"b"}\n', example), { prompt: 'Why?', completion: 'Because.' });
    const messages = '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n';
    assert.deepEqual(one(messages, { ...example, history: [system] }), {
      messages: [system, { role: 'user', content: 'Why?' }, { role: 'assistant', content: 'Because.' }],
    });
    const sharegpt = '{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}\n';
    assert.deepEqual(one(sharegpt, example), {
      conversations: [
        { from: 'human', value: 'Why?' },
        { from: 'gpt', value: 'Because.' },
      ],
    });
  });

  it('says what is lost', () => {
    const { lost } = appendExample('data.jsonl', '{"question":"a","answer":"b"}\n', { ...example, history: [system] });
    assert.deepEqual(lost, ['the system message']);
  });

  it('starts an empty file', () => {
    assert.equal(appended('', 'new.jsonl'), '{"question":"Why?","answer":"Because."}\n');
    assert.deepEqual(JSON.parse(appended(' \n', 'new.json')), [{ question: 'Why?', answer: 'Because.' }]);
    const { kind, lost } = appendExample('new.jsonl', '', { ...example, history: [system] });
    assert.deepEqual([kind, lost], ['messages', []]);
  });
});

describe('the category of an example that is added', () => {
  const rows = ['Health', 'Tax', 'Tax', undefined].map((agency, at) => ({ question: `Q${at}`, answer: 'A.', agency }));
  const text = (examples: readonly object[]): string => examples.map((one) => `${JSON.stringify(one)}\n`).join('');

  it('is that of the same question in the file', () => {
    const { edit, lacks } = appendExample('data.jsonl', text(rows), { ...example, question: 'Q0' });
    assert.deepEqual(JSON.parse(edit.text), { question: 'Q0', answer: 'Because.', agency: 'Health' });
    assert.equal(lacks, undefined);
  });

  it('is asked for where most examples have one, by the name that the file gives it', () => {
    const { edit, lacks } = appendExample('data.jsonl', text(rows), example);
    assert.deepEqual(JSON.parse(edit.text), { question: 'Why?', answer: 'Because.' });
    assert.deepEqual(lacks, { field: 'agency', values: ['Tax', 'Health'] });
    const topics = rows.map(({ agency, ...row }) => ({ ...row, topic: agency }));
    const named = appendExample('data.jsonl', text(topics), example, { category: 'topic' });
    assert.deepEqual(named.lacks, { field: 'topic', values: ['Tax', 'Health'] });
  });

  it('is not asked for where it is given, or where most have none', () => {
    assert.equal(appendExample('data.jsonl', text(rows), { ...example, agency: 'Tax' }).lacks, undefined);
    assert.equal(appendExample('data.jsonl', text(rows.slice(2)), example).lacks, undefined);
    assert.equal(appendExample('data.jsonl', '', example).lacks, undefined);
  });
});

describe('an example is not added', () => {
  it('to a broken file, and the place is told', () => {
    const error = refused('[\n  {"question": "a", "answer": "b"\n  {"question": "c", "answer": "d"}\n]');
    assert.equal(error.line, 2);
    assert.match(error.message, /nothing was added/);
    assert.match(error.remedy!, /fix the file/);
    assert.match(refused('[{"question": "a", "answer": "b"}').message, /cut off|ends before/);
    assert.match(refused('[{"question": "a", "answer": "b"}] more').message, /is after/);
  });

  it('to a file whose last line is cut off', () => {
    refused('{"question":"a","answer":"b"}\n{"question":"c","ans', 'data.jsonl');
  });

  it('to one object, a text or a table', () => {
    refused('{"question": "a", "answer": "b"}');
    refused('hello');
    assert.match(refused('question,answer\na,b\n', 'data.csv').message, /JSON and JSONL files only/);
  });
});
