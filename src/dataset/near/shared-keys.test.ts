import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRandom } from '../../base/random';
import { SharedKeys } from './shared-keys';

it('knows which keys are there twice, while they come and go', () => {
  const random = createRandom(9);
  const shared = new SharedKeys();
  const there = new Map<number, number>();
  const keys: number[] = [];
  let most = 0;
  for (let step = 0; step < 60_000; step++) {
    if (random.below(5) < 3 || keys.length === 0) {
      // Neighbours too, which fall into one run of slots.
      const key = random.below(3) === 0 ? random.below(300) : random.nextUint32();
      assert.equal(shared.add(key), there.get(key) === 1);
      there.set(key, (there.get(key) ?? 0) + 1);
      keys.push(key);
    } else {
      const at = random.below(keys.length);
      const key = keys[at]!;
      keys[at] = keys.at(-1)!;
      keys.pop();
      shared.remove(key);
      there.set(key, there.get(key)! - 1);
    }
    most = Math.max(most, keys.length);
  }
  assert.ok(most > 10_000);
  for (const [key, count] of there) assert.equal(shared.isShared(key), count > 1, `${key} ${count}`);
});

it('never forgets what came more often than it counts', () => {
  const shared = new SharedKeys();
  for (let i = 0; i < 1000; i++) shared.add(7);
  for (let i = 0; i < 998; i++) shared.remove(7);
  assert.ok(shared.isShared(7));
});
