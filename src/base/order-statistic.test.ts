import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nthSmallest } from './order-statistic';
import { createRandom } from './random';

it('a rank has the value that sorting gives it, and nothing greater stands before it', () => {
  const random = createRandom(5);
  const kinds: readonly ((at: number) => number)[] = [
    () => random.below(1000),
    () => random.below(3),
    (at) => at,
    (at) => -at,
    () => (random.below(4) === 0 ? NaN : random.below(9)),
    () => [Infinity, -Infinity, 0, NaN][random.below(4)]!,
  ];
  for (const kind of kinds) {
    for (let length = 1; length < 60; length++) {
      const values = Float64Array.from({ length }, (_, at) => kind(at));
      const sorted = values.slice().sort();
      const rank = random.below(length);
      const found = nthSmallest(values, rank);
      assert.ok(Object.is(found, sorted[rank]), `rank ${rank} of ${sorted.join()}: ${found}`);
      assert.deepEqual(values.slice().sort(), sorted);
      for (const before of values.subarray(0, rank)) assert.ok(!(before > found));
    }
  }
});
