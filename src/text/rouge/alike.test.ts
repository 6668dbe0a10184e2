import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bestOf, canRank, rankText, unlike, type Measured } from './alike';

const run: Measured = { questions: 'q', examples: 103, max_new_tokens: 96, stemmer: false, unicode: false };

describe('comparing scores', () => {
  it('ranks what was measured alike, and says on how many examples', () => {
    assert.deepEqual(unlike([run, { ...run }]), []);
    assert.ok(canRank([run, { ...run }]));
    assert.match(rankText([run, { ...run }]), /alike on 103 test examples\. ★/);
  });

  it('refuses to rank a run scored on 2 examples against one on 103', () => {
    const few = { ...run, questions: 'others', examples: 2 };
    assert.ok(!canRank([few, run]));
    assert.match(rankText([few, run]), /cannot be ranked: different numbers of test examples \(2, 103\)\.$/);
  });

  it('names each setting that differs', () => {
    const differently: readonly (readonly [Partial<Measured>, RegExp])[] = [
      [{ questions: 'others' }, /different test questions\.$/],
      [{ max_new_tokens: 128 }, /different max_new_tokens \(96, 128\)\.$/],
      [{ unicode: true }, /different words \(a-z and 0-9, every script\)\.$/],
      [{ stemmer: true }, /different stemmer \(off, on\)\.$/],
      [
        { max_new_tokens: 128, stemmer: true },
        /different max_new_tokens \(96, 128\); different stemmer \(off, on\)\.$/,
      ],
    ];
    for (const [change, words] of differently) {
      assert.ok(!canRank([run, { ...run, ...change }]));
      assert.match(rankText([run, { ...run, ...change }]), words);
    }
  });

  it('ranks nothing by a handful of answers, nor a single run', () => {
    const few = { ...run, examples: 4 };
    assert.ok(!canRank([few, few]));
    assert.match(rankText([few, few]), /on 4 test examples: too few to rank/);
    assert.ok(!canRank([run]));
    assert.equal(rankText([run]), '');
  });

  it('marks the best, all of those that are equal', () => {
    assert.deepEqual(bestOf([0.2, 0.4, 0.4], 'high'), [false, true, true]);
    assert.deepEqual(bestOf([0.2, 0.4, 0.4], 'low'), [true, false, false]);
  });
});
