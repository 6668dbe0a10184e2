import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countTargets, sequencesOf } from './batch';

describe('the sequences of examples', () => {
  const sequence = (from: number, to: number): { ids: number[]; trained: { from: number; to: number }[] } => ({
    ids: [1, 2, 3, 4],
    trained: from === to ? [] : [{ from, to }],
  });
  it('are the examples themselves, and before each its further texts', () => {
    const plain = sequence(1, 3);
    const whole = { ...sequence(2, 4), earlier: [sequence(1, 2), sequence(3, 4)] };
    assert.deepEqual(sequencesOf([plain]), [plain]);
    assert.equal(sequencesOf([plain])[0], plain);
    const all = sequencesOf([plain, whole]);
    assert.deepEqual(
      all.map(({ trained }) => trained[0]!.from),
      [1, 1, 3, 2],
    );
    assert.equal(
      all.reduce((sum, one) => sum + countTargets(one), 0),
      6,
    );
  });

  it('leave out a text of which nothing trained is left', () => {
    const cut = { ...sequence(0, 0), earlier: [sequence(1, 2)] };
    assert.deepEqual(sequencesOf([cut]), [sequence(1, 2)]);
    const both = { ...sequence(1, 2), earlier: [sequence(0, 0)] };
    assert.equal(sequencesOf([both]).length, 1);
  });
});
