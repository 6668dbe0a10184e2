import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetFormat } from '../dataset/example';
import { deleteExample } from './delete-example';

/** The text without the example that stands between the brackets ‹ and ›. */
function without(marked: string, format: DatasetFormat = 'json'): string {
  const [offset, endOffset] = [marked.indexOf('‹'), marked.indexOf('›') - 1];
  const text = marked.replace(/[‹›]/g, '');
  const { start, end, text: put } = deleteExample(text, { offset, endOffset }, format);
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
    assert.equal(without('‹{"a": 1}›\n{"a": 2}\n', 'jsonl'), '{"a": 2}\n');
    assert.equal(without('{"a": 1}\r\n‹{"a": 2}›\r\n{"a": 3}\r\n', 'jsonl'), '{"a": 1}\r\n{"a": 3}\r\n');
    assert.equal(without('{"a": 1}\n‹{"a": 2}›', 'jsonl'), '{"a": 1}');
    assert.equal(without('‹{"a": 1}›\n', 'jsonl'), '');
  });

  it('takes a row out of a table, and no cell of the rows around it', () => {
    assert.equal(without('q\ta\tb\n1\t\t\n‹2\t2\t2›\n\t3\t3\n', 'tsv'), 'q\ta\tb\n1\t\t\n\t3\t3\n');
    assert.equal(without('q,a\r\n‹"1\n1",1›\r\n2, \r\n', 'csv'), 'q,a\r\n2, \r\n');
    assert.equal(without('q,a\r\n1, \r\n‹2,2›', 'csv'), 'q,a\r\n1, ');
    assert.equal(without('q,a\n‹1,1›', 'csv'), 'q,a');
  });
});
