import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deleteExample } from './delete-example';

/** The text without the example that stands between the brackets ‹ and ›. */
function without(marked: string, lines = false): string {
  const [offset, endOffset] = [marked.indexOf('‹'), marked.indexOf('›') - 1];
  const text = marked.replace(/[‹›]/g, '');
  const { start, end, text: put } = deleteExample(text, { offset, endOffset }, lines);
  return text.slice(0, start) + put + text.slice(end);
}

describe('deleting an example', () => {
  it('leaves an array with the commas and the layout it had', () => {
    assert.equal(without('[\n  ‹{"a": 1}›,\n  {"a": 2}\n]\n'), '[\n  {"a": 2}\n]\n');
    assert.equal(without('[\n  {"a": 1},\n  ‹{"a": 2}›,\n  {"a": 3}\n]\n'), '[\n  {"a": 1},\n  {"a": 3}\n]\n');
    assert.equal(without('[\n  {"a": 1},\n  ‹{"a": 2}›\n]\n'), '[\n  {"a": 1}\n]\n');
    assert.equal(without('[\n  ‹{"a": 1}›\n]\n'), '[]\n');
    assert.equal(without('[{"a": 1},‹{"a": 2}›,{"a": 3}]'), '[{"a": 1},{"a": 3}]');
    assert.equal(without('[{"a": 1} , ‹{"a": 2}› ]'), '[{"a": 1}  ]');
  });

  it('leaves no empty line in JSONL', () => {
    assert.equal(without('‹{"a": 1}›\n{"a": 2}\n', true), '{"a": 2}\n');
    assert.equal(without('{"a": 1}\r\n‹{"a": 2}›\r\n{"a": 3}\r\n', true), '{"a": 1}\r\n{"a": 3}\r\n');
    assert.equal(without('{"a": 1}\n‹{"a": 2}›', true), '{"a": 1}');
    assert.equal(without('‹{"a": 1}›\n', true), '');
  });
});
