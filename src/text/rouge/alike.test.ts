import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bestOf, bestText, canRank, rankText, unlike, type Measured, type Ranked } from './alike';

const run: Measured = { questions: 'q', examples: 103, max_new_tokens: 96, stemmer: false, unicode: false };

describe('comparing scores', () => {
  it('ranks what was measured alike, and says on how many examples', () => {
    assert.deepEqual(unlike([run, { ...run }]), []);
    assert.ok(canRank([run, { ...run }]));
    assert.match(rankText([run, { ...run }]), /in the same way on 103 test examples\. ★/);
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
    const one = { ...few, examples: 1 };
    assert.match(rankText([one, one]), /on 1 test example: too few to rank/);
    assert.ok(!canRank([run]));
    assert.equal(rankText([run]), '');
  });

  it('marks the best, all of those that are equal', () => {
    assert.deepEqual(bestOf([0.2, 0.4, 0.4], 'high'), [false, true, true]);
    assert.deepEqual(bestOf([0.2, 0.4, 0.4], 'low'), [true, false, false]);
  });

  it('names the best, and those that it is not clearly better than', () => {
    const ranked = (name: string, low: number, f1: number, high: number): Ranked => ({
      ...run,
      name,
      rougeL: { low, f1, high },
    });
    const [a, b, c] = [ranked('a', 0.2, 0.25, 0.3), ranked('b', 0.38, 0.41, 0.44), ranked('c', 0.36, 0.4, 0.43)];
    assert.equal(
      bestText([a, b]),
      'Best: b, ROUGE-L 0.410 (0.380-0.440), clearly: no other interval overlaps with it.',
    );
    assert.match(bestText([a, b, c]), /^Best: b, .*; not clearly better than c, whose intervals overlap with it\.$/);
    assert.match(bestText([b, c]), /not clearly better than the others/);
    const unknown = { ...c, rougeL: { f1: 0.1 } };
    assert.match(bestText([b, unknown]), /not clearly better/, 'without an interval nothing is sure');
    assert.equal(bestText([b, { ...c, questions: 'others' }]), '');
  });
});
