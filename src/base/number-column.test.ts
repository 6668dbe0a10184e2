import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lowerBound, NumberColumn } from './number-column';

describe('NumberColumn', () => {
  it('keeps what was put in while it grows and is cut', () => {
    const column = new NumberColumn();
    for (let value = 0; value < 1000; value++) column.push(value);
    column.truncate(600);
    column.append(Float64Array.of(-1, -2));
    assert.equal(column.length, 602);
    assert.equal(column.values[599], 599);
    assert.equal(column.last, -2);
    column.truncate(0);
    assert.equal(column.last, undefined);
  });

  it('finds a place among rising numbers', () => {
    assert.deepEqual(
      [0, 2, 3, 9].map((value) => lowerBound([1, 2, 5], value)),
      [0, 1, 2, 3],
    );
  });
});
