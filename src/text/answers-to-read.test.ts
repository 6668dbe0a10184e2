import assert from 'node:assert/strict';
import { it } from 'node:test';
import { answersToRead } from './answers-to-read';

const gained = (gain: number): { base: { rougeL: number }; tuned: { rougeL: number }; gain: number } => ({
  base: { rougeL: 0.3 },
  tuned: { rougeL: 0.3 + gain },
  gain,
});

it('three answers to read: one that gained much, one in the middle, one that gained little, and not the extremes', () => {
  const gains = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) / 100);
  assert.deepEqual(
    answersToRead(gains.map(gained)).map(({ gain }) => gain),
    [0.15, 0.1, 0.05],
  );
  assert.deepEqual(
    answersToRead([gained(0.1), gained(0.2)]).map(({ gain }) => gain),
    [0.2, 0.1],
  );
  assert.deepEqual(answersToRead([]), []);
});
