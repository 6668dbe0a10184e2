import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExampleRows } from './example-rows';
import { exampleRow, exampleRowsIn } from './example-table';

describe('exampleRowsIn', () => {
  const rows = new ExampleRows(3001);
  const length = { tokens: 5, trained: 3, truncated: 1, answers: 3, trainedAnswers: 2 };
  for (let index = 0; index < 3000; index++) rows.push(index * 10, index * 10 + 8, index === 2 ? length : undefined);
  const table = rows.sealed();

  it('finds those that a range touches', () => {
    const indices = (start: number, end: number): number[] => exampleRowsIn(table, start, end).map((row) => row.index);
    assert.deepEqual(indices(15, 31), [1, 2, 3]);
    assert.deepEqual(indices(9, 9), []);
    assert.deepEqual(indices(12, 12), [1]);
    assert.deepEqual(indices(29_995, 1e6), [2999]);
    assert.deepEqual(indices(30_000, 1e6), []);
  });

  it('gives the numbers of a row, -1 where it is not counted', () => {
    assert.deepEqual(exampleRow(table, 2), {
      index: 2,
      offset: 20,
      endOffset: 28,
      tokens: 5,
      trained: 3,
      truncated: 1,
      answers: 3,
      trainedAnswers: 2,
    });
    assert.equal(exampleRow(table, 3).tokens, -1);
  });
});
