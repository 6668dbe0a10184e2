import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { movedRange } from './moved-range';

const range = { offset: 10, endOffset: 20 };
const after = (offset: number, endOffset: number, length: number): unknown =>
  movedRange(range, { offset, endOffset, length });

describe('the range of an example while its text is edited', () => {
  it('moves with what is put in or taken out before it', () => {
    assert.deepEqual(after(0, 0, 5), { offset: 15, endOffset: 25 });
    assert.deepEqual(after(2, 8, 0), { offset: 4, endOffset: 14 });
    assert.deepEqual(after(10, 10, 1), { offset: 11, endOffset: 21 });
  });

  it('stays where something behind it changes', () => {
    assert.deepEqual(after(20, 30, 0), range);
    assert.deepEqual(after(25, 25, 9), range);
  });

  it('is gone where it is changed itself', () => {
    for (const [offset, endOffset] of [
      [12, 12],
      [5, 11],
      [19, 40],
      [0, 50],
    ] as const)
      assert.equal(after(offset, endOffset, 0), undefined);
  });
});
