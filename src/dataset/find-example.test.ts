import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findExample, findExamples } from './find-example';

const rows = [
  { question: 'Where?', answer: 'Here.' },
  { question: 'Who?', answer: 'The "officer", 5 €.' },
  { question: 'Where?', answer: 'Here.' },
];
const jsonl = (examples: readonly object[]): string => examples.map((one) => `${JSON.stringify(one)}\n`).join('');
const officer = { line: 2, question: 'Who?', reference: 'The "officer", 5 €.' };
const gone = { code: 'example-gone', message: /has changed since this run: no example has this question and answer/ };

it('finds an example by its content after others were put before it', () => {
  const more = [{ question: 'New?', answer: 'Yes.' }, { question: 'Newer?', answer: 'No.' }, ...rows];
  assert.equal(findExample('a.jsonl', jsonl(rows), officer), 2);
  assert.equal(findExample('a.jsonl', jsonl(more), officer), 4);
  assert.equal(findExample('a.json', JSON.stringify(more, null, 1), { ...officer, line: 6 }), 14);
});

it('takes the nearest of equal ones', () => {
  const where = { question: 'Where?', reference: 'Here.' };
  assert.equal(findExample('a.jsonl', jsonl(rows), { ...where, line: 3 }), 3);
  assert.equal(findExample('a.jsonl', jsonl(rows), { ...where, line: 1 }), 1);
});

it('says that the data has changed where no example has both any more', () => {
  const changed = jsonl([rows[0]!, { ...rows[1], answer: 'Nobody.' }]);
  for (const text of [changed, '']) assert.throws(() => findExample('a.jsonl', text, officer), gone);
});

it('reads the fields by the names that the configuration gives them', () => {
  const foreign = '{"q": "Who?", "a": "The \\"officer\\", 5 €."}\n';
  assert.equal(findExample('a.jsonl', foreign, officer, { question: 'q', answer: 'a' }), 1);
  assert.throws(() => findExample('a.jsonl', foreign, officer), gone);
});

it('finds several in one reading, each with its range in the text', () => {
  const text = JSON.stringify([{ question: 'Ñew?', answer: 'Yes.' }, ...rows], null, 1);
  const changed = { line: 2, question: 'Where?', reference: 'There.' };
  const [first, second, third] = findExamples('a.json', text, [officer, changed, { ...officer, line: 99 }]);
  assert.equal(second, undefined);
  assert.deepEqual(first, third);
  assert.deepEqual(JSON.parse(text.slice(first!.offset, first!.endOffset)), rows[1]);
});
