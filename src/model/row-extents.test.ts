import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { RowExtents } from './row-extents';

describe('row extents', () => {
  it('hands out what is free, first fit, and nothing more', () => {
    const rows = new RowExtents(10);
    assert.equal(rows.take(4), 0);
    assert.equal(rows.take(6), 4);
    assert.equal(rows.take(1), undefined);
    rows.give(0, 4);
    assert.equal(rows.take(5), undefined);
    assert.equal(rows.take(3), 0);
  });

  it('joins neighbours, in whatever order they come back', () => {
    const random = createRandom(3);
    for (let round = 0; round < 50; round++) {
      const rows = new RowExtents(64);
      const taken: { start: number; length: number }[] = [];
      for (;;) {
        const length = 1 + random.below(9);
        const start = rows.take(length);
        if (start === undefined) break;
        assert.ok(taken.every((other) => start + length <= other.start || other.start + other.length <= start));
        taken.push({ start, length });
      }
      for (const { start, length } of random.shuffle(taken)) rows.give(start, length);
      assert.equal(rows.take(64), 0);
    }
  });
});
