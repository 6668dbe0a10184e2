import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkText } from './read';
import { ALL_CONTENT_RULES } from './rules';

/** Lines of the findings of one rule. */
function lines(rule: string, rows: readonly object[]): number[] {
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  return checkText('data.jsonl', text, ALL_CONTENT_RULES).flatMap((item) =>
    item.type === 'finding' && item.finding.rule === rule ? [item.finding.line] : [],
  );
}

describe('sft-ignore', () => {
  it('leaves out the findings that an example names, and no others', () => {
    const row = { question: 'a?', answer: 'b' };
    const rows = [
      row,
      { ...row, 'sft-ignore': 'over-length, exact-duplicate' },
      { ...row, 'sft-ignore': 'over-length' },
    ];
    assert.deepEqual(lines('exact-duplicate', rows), [3]);
  });
  it('leaves out what is found at the end of the file', () => {
    const rows = ['CAC', 'CAC', 'C.A.C.'].map((agency, i) => ({ question: `q${i}?`, answer: `a${i}`, agency }));
    assert.deepEqual(lines('near-agency', rows), [3]);
    assert.deepEqual(lines('near-agency', [rows[0]!, rows[1]!, { ...rows[2]!, 'sft-ignore': 'near-agency' }]), []);
  });
  it('leaves out warnings of the reading, such as a key that stands twice', () => {
    const row = '{"question": "q?", "answer": "a", "answer": "b"}';
    const found = (text: string): string[] =>
      checkText('data.jsonl', text).flatMap((item) => (item.type === 'finding' ? [item.finding.rule] : []));
    assert.deepEqual(found(row), ['duplicate-key']);
    assert.deepEqual(found(row.replace('{', '{"sft-ignore": "duplicate-key", ')), []);
    assert.deepEqual(found('[1, null, "text"]'), ['wrong-type', 'wrong-type', 'wrong-type']);
  });
  it('leaves out errors about what an example says, and keeps those of its reading', () => {
    const row = { question: 'q?', answer: 'hf_abcdefghij0123456789abcdefghij0123' };
    assert.deepEqual(lines('personal-data', [row]), [1]);
    assert.deepEqual(lines('personal-data', [{ ...row, 'sft-ignore': 'personal-data' }]), []);
    const blank = '{"question": "q?", "answer": "", "sft-ignore": "blank-text"}';
    const found = checkText('data.jsonl', blank).flatMap((item) =>
      item.type === 'finding' ? [item.finding.rule] : [],
    );
    assert.deepEqual(found, ['blank-text']);
  });
});
