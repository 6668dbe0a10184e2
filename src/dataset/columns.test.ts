import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { appendExample } from './append-example';
import { DatasetChecker, type DatasetItem } from './check';
import type { Columns } from './columns';
import { rereadExample } from './reread';
import { contentRules } from './rules';

const COLUMNS: Columns = { question: 'Prompt', answer: 'Reply', category: 'subject' };

function read(file: string, text: string, columns: Columns = COLUMNS): DatasetItem[] {
  const checker = new DatasetChecker(file, { columns, rules: contentRules() });
  return [...checker.push(text), ...checker.finish()];
}

function examples(items: readonly DatasetItem[]): unknown[] {
  return items.flatMap((item) => (item.type === 'example' ? [item.example.value] : []));
}

function errors(items: readonly DatasetItem[]): string[] {
  return items.flatMap((item) =>
    item.type === 'finding' && item.finding.severity === 'error'
      ? [`${item.finding.line}:${item.finding.column} ${item.finding.rule}`]
      : [],
  );
}

describe('columns of other names', () => {
  const line = '{"Prompt": "What is it?", "Reply": "That.", "subject": "things", "agency": "NIMC"}';
  const value = { question: 'What is it?', answer: 'That.', subject: 'things', agency: 'things' };

  for (const [file, text] of [
    ['x.jsonl', `${line}\n`],
    ['x.json', `[${line}]`],
    ['x.csv', 'Prompt,Reply,subject,agency\nWhat is it?,That.,things,NIMC\n'],
    ['x.tsv', 'Prompt\tReply\tsubject\tagency\nWhat is it?\tThat.\tthings\tNIMC\n'],
  ] as const) {
    it(`${file}: are read as ours, the category by the field that is named`, () => {
      const items = read(file, text);
      assert.deepEqual(errors(items), []);
      assert.deepEqual(examples(items), [value]);
      assert.deepEqual(examples(read(file, text, {})), []);
    });
  }

  it('findings stand on the texts as the file has them', () => {
    const items = read(
      'x.jsonl',
      '{"Prompt": "a?", "Reply": ""}\n{"Prompt": "Why?", "Reply": "Mail amina.bello@gmail.com"}',
    );
    assert.deepEqual(errors(items), ['1:27 blank-text']);
    const found = items.flatMap((item) => (item.type === 'finding' ? [item.finding] : []));
    const personal = found.find(({ rule }) => rule === 'personal-data')!;
    assert.deepEqual([personal.line, personal.column], [2, 35]);
  });

  it('lists of turns under another name', () => {
    const turns = '[{"role": "user", "content": "a?"}, {"role": "assistant", "content": "b"}]';
    const items = read('x.jsonl', `{"dialog": ${turns}}`, { messages: 'dialog' });
    assert.deepEqual([errors(items), examples(items)], [[], [{ question: 'a?', answer: 'b' }]]);
  });

  it('a field that has our name while another stands for it is kept beside', () => {
    const items = read('x.jsonl', '{"question": "id 7", "Prompt": "a?", "Reply": "b"}');
    assert.deepEqual(examples(items), [{ 'question (as written)': 'id 7', question: 'a?', answer: 'b' }]);
    const swapped = read('x.jsonl', '{"question": "b", "answer": "a?"}', { question: 'answer', answer: 'question' });
    assert.deepEqual(examples(swapped), [{ answer: 'b', question: 'a?' }]);
  });

  it('examples that have our names already are read as they are', () => {
    assert.deepEqual(examples(read('x.jsonl', '{"question": "a?", "answer": "b"}')), [{ question: 'a?', answer: 'b' }]);
  });

  it('an example that is read again on its own is the same', () => {
    const place = { index: 0, line: 1, column: 1, offset: 0, endOffset: line.length };
    const context = { file: 'x.jsonl', format: 'jsonl', kind: 'qa', header: '', columns: COLUMNS } as const;
    const { subject } = rereadExample(context, line, place);
    assert.deepEqual(subject.example.value, value);
    assert.deepEqual(
      subject.texts().map(({ role, start, end }) => [role, line.slice(start, end)]),
      [
        ['question', '"What is it?"'],
        ['answer', '"That."'],
        ['agency', '"things"'],
        ['other', '"NIMC"'],
      ],
    );
  });

  it('an answer that is saved from chat is written by the names of the file', () => {
    const example = { history: [], question: 'Why?', answer: 'So.', agency: 'things' };
    const { edit } = appendExample('x.jsonl', `${line}\n`, example, COLUMNS);
    assert.equal(edit.text.trim(), '{"Prompt": "Why?", "Reply": "So.", "subject": "things"}');
  });
});
