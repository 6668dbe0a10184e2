import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutSpans, isHeld, placesHeld } from './spans';

const SPANS = [
  { from: 2, to: 5 },
  { from: 5, to: 6 },
  { from: 8, to: 10 },
];

describe('spans', () => {
  it('are cut where a sequence ends, and left out where nothing is left of them', () => {
    assert.deepEqual(cutSpans(SPANS, 10), SPANS);
    assert.deepEqual(cutSpans(SPANS, 9), [...SPANS.slice(0, 2), { from: 8, to: 9 }]);
    assert.deepEqual(cutSpans(SPANS, 8), SPANS.slice(0, 2));
    assert.deepEqual(cutSpans(SPANS, 2), []);
    assert.deepEqual(cutSpans([{ from: 3, to: 3 }], 10), []);
  });

  for (let length = 0; length <= 11; length++) {
    it(`hold the same places however they are asked, within ${length}`, () => {
      const places = Array.from({ length }, (_, place) => place).filter((place) => isHeld(SPANS, place));
      assert.deepEqual(
        places,
        [2, 3, 4, 5, 8, 9].filter((place) => place < length),
      );
      assert.equal(placesHeld(SPANS, length), places.length);
      assert.equal(placesHeld(cutSpans(SPANS, length)), places.length);
    });
  }
});
