import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { likeliest, renameEdits, textKeys } from './own-keys';

const TEXT = '[{"Reply": "b \\"Prompt\\"", "Prompt": "a?", "n": 1},\n {"Prompt": "c?", "Reply": {"Prompt": "d"}}]';

const NAMES = new Map([
  ['Prompt', 'question'],
  ['Reply', 'answer'],
]);

function renamed(file: string, text: string): string {
  const edits = renameEdits(file, text, NAMES).toReversed();
  return edits.reduce((so, { start, end, text: name }) => so.slice(0, start) + name + so.slice(end), text);
}

describe('the keys of a file of other names', () => {
  it('are those that hold texts, the likely ones first', () => {
    assert.deepEqual(textKeys('x.json', TEXT), ['Prompt', 'Reply']);
    assert.deepEqual(likeliest(['Id', 'A', 'Q'], 'question'), ['Q', 'Id', 'A']);
    assert.deepEqual(likeliest(['Id', 'A', 'Q'], 'answer'), ['A', 'Id', 'Q']);
  });

  it('are renamed in each example, and nowhere else', () => {
    assert.equal(
      renamed('x.json', TEXT),
      '[{"answer": "b \\"Prompt\\"", "question": "a?", "n": 1},\n {"question": "c?", "answer": {"Prompt": "d"}}]',
    );
    const lines = '{"Prompt": "a?"}\n{"Prompt": "b?"}\n';
    assert.equal(renamed('x.jsonl', lines), lines.replaceAll('Prompt', 'question'));
  });

  it('of a table are the names of its columns', () => {
    for (const [file, text, wanted] of [
      ['x.csv', 'Id,Prompt, Reply\n1,"a?\nb?",c\n', 'Id,question,answer\n1,"a?\nb?",c\n'],
      ['x.csv', 'sep=;\r\n"Prompt";"Reply"\r\n"a";"b"\r\n', 'sep=;\r\n"question";"answer"\r\n"a";"b"\r\n'],
      ['x.tsv', 'Prompt\t\tReply\na\t\tb', 'question\t\tanswer\na\t\tb'],
    ] as const) {
      const keys = textKeys(file, text).filter((key) => key !== 'Id');
      assert.deepEqual(keys, ['Prompt', 'Reply']);
      assert.equal(renamed(file, text), wanted);
    }
  });
});
