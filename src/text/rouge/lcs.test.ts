import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lcsLength, lcsPositions, tokenPlaces } from './lcs';

/** The textbook table and Google's walk through it. */
function plainPositions(reference: readonly number[], candidate: readonly number[]): number[] {
  const cells = Array.from({ length: reference.length + 1 }, () => new Array<number>(candidate.length + 1).fill(0));
  for (const [i, wanted] of reference.entries()) {
    for (const [j, found] of candidate.entries()) {
      cells[i + 1]![j + 1] = wanted === found ? cells[i]![j]! + 1 : Math.max(cells[i]![j + 1]!, cells[i + 1]![j]!);
    }
  }
  const positions: number[] = [];
  let i = reference.length;
  let j = candidate.length;
  while (i > 0 && j > 0) {
    if (reference[i - 1] === candidate[j - 1]) {
      positions.push(--i);
      j--;
    } else if (cells[i]![j - 1]! > cells[i - 1]![j]!) j--;
    else i--;
  }
  return positions;
}

function randomTokens(next: () => number, length: number, vocabulary: number): number[] {
  return Array.from({ length }, () => Math.floor(next() * vocabulary));
}

/** Park and Miller 1988. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

describe('longest common subsequence', () => {
  it('chooses the same positions as the plain table, at lengths on both sides of a 32-column word', () => {
    const next = generator(3);
    let nonEmpty = 0;
    for (let round = 0; round < 400; round++) {
      const vocabulary = 1 + Math.floor(next() * 8);
      const reference = randomTokens(next, Math.floor(next() * 110), vocabulary);
      const candidate = randomTokens(next, Math.floor(next() * 110), vocabulary + (round % 3));
      const expected = plainPositions(reference, candidate);
      const places = tokenPlaces(candidate);
      assert.deepEqual(lcsPositions(reference, candidate, places), expected);
      assert.equal(lcsLength(reference, places), expected.length);
      if (expected.length > 0) nonEmpty++;
    }
    assert.ok(nonEmpty > 300);
  });

  it('carries through words without a match', () => {
    const candidate = [7, ...new Array<number>(200).fill(0), 7, 8];
    const reference = [7, 7, 0, 8, 0, 7];
    const expected = plainPositions(reference, candidate);
    assert.deepEqual(lcsPositions(reference, candidate, tokenPlaces(candidate)), expected);
    const same = new Array<number>(96).fill(1);
    assert.equal(lcsLength(same, tokenPlaces(same)), 96);
  });

  it('is empty where either side is', () => {
    assert.equal(lcsLength([], tokenPlaces([1])), 0);
    assert.equal(lcsLength([1], tokenPlaces([])), 0);
    assert.deepEqual(lcsPositions([1], [], tokenPlaces([])), []);
  });
});
