import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { likeliest, renameEdits, textKeys } from './own-keys';

const TEXT = '[{"Reply": "b \\"Prompt\\"", "Prompt": "a?", "n": 1},\n {"Prompt": "c?", "Reply": {"Prompt": "d"}}]';

describe('the keys of a file of other names', () => {
  it('are those that hold texts, the likely ones first', () => {
    assert.deepEqual(textKeys('x.json', TEXT), ['Prompt', 'Reply']);
    assert.deepEqual(likeliest(['Id', 'A', 'Q'], 'question'), ['Q', 'Id', 'A']);
    assert.deepEqual(likeliest(['Id', 'A', 'Q'], 'answer'), ['A', 'Id', 'Q']);
  });

  it('are renamed in each example, and nowhere else', () => {
    const names = new Map([
      ['Prompt', 'question'],
      ['Reply', 'answer'],
    ]);
    let text = TEXT;
    for (const { start, end, text: name } of renameEdits('x.json', TEXT, names).toReversed()) {
      text = text.slice(0, start) + name + text.slice(end);
    }
    assert.equal(
      text,
      '[{"answer": "b \\"Prompt\\"", "question": "a?", "n": 1},\n {"question": "c?", "answer": {"Prompt": "d"}}]',
    );
    const lines = '{"Prompt": "a?"}\n{"Prompt": "b?"}\n';
    assert.equal(renameEdits('x.jsonl', lines, names).length, 2);
  });
});
