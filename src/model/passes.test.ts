import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planEvenly, planInOrder, type PassPlan } from './passes';
import type { TokenSequence } from './batch';

const TRAITS = { tokensPerPass: 512, sharedTokens: 8 };

/** Examples that begin with `alike` equal tokens; the last token of each is its target. */
function examples(lengths: readonly number[], alike = 0): TokenSequence[] {
  return lengths.map((length, index) => ({
    ids: Array.from({ length }, (_, i) => (i < alike ? i : 1000 + index)),
    trained: [{ from: length - 1, to: length }],
  }));
}

const lengths = ({ groups }: PassPlan<TokenSequence>): number[][] =>
  groups.map((pass) => pass.map(({ ids }) => ids.length));

describe('passes', () => {
  it('examples in order are cut where the next one does not fit', () => {
    const plan = planInOrder(examples([253, 297, 224, 103, 600, 1]), TRAITS);
    assert.deepEqual(lengths(plan), [[253], [297], [224, 103], [600], [1]]);
    assert.deepEqual(planInOrder([], TRAITS).groups, []);
  });

  it('a window is spread over fewer and even passes', () => {
    assert.deepEqual(lengths(planEvenly(examples([253, 297, 224, 103]), TRAITS)), [
      [297, 103],
      [253, 224],
    ]);
    assert.deepEqual(lengths(planEvenly(examples([100, 100, 100]), TRAITS)), [[100, 100, 100]]);
  });

  it('another pass is taken where the fewest do not fit', () => {
    // 1,000 tokens would fit into two passes by their sum, but no two of these fit together.
    assert.deepEqual(lengths(planEvenly(examples([334, 333, 333]), TRAITS)), [[334], [333], [333]]);
  });

  it('an example that is longer than a pass has one of its own', () => {
    assert.deepEqual(lengths(planEvenly(examples([20, 900, 700, 30]), TRAITS)), [[900], [700], [30, 20]]);
  });

  it('every example of a window is in one pass, and none is empty', () => {
    const window = examples(Array.from({ length: 40 }, (_, i) => 1 + ((i * 97) % 400)));
    const { groups } = planEvenly(window, TRAITS);
    assert.deepEqual(new Set(groups.flat()), new Set(window));
    assert.equal(groups.flat().length, window.length);
    assert.ok(groups.every((pass) => pass.length > 0 && pass.reduce((n, { ids }) => n + ids.length, 0) <= 512));
  });

  it('count a common beginning once; it is held where there are several', () => {
    const one = planEvenly(examples([300, 300, 300, 300], 200), TRAITS);
    assert.deepEqual(one.prefix, { length: 200, held: false });
    assert.equal(one.groups.length, 1);
    for (const plan of [planEvenly, planInOrder]) {
      const two = plan(examples([400, 400, 400, 400], 200), TRAITS);
      assert.deepEqual(two.prefix, { length: 200, held: true });
      assert.deepEqual(lengths(two), [
        [400, 400],
        [400, 400],
      ]);
    }
  });

  it('share nothing that is short, that predicts a target, of one example alone, or where they may not', () => {
    const shared = (given: TokenSequence[], shareable?: number): number =>
      planEvenly(given, TRAITS, shareable).prefix.length;
    assert.equal(shared(examples([20, 20], 8)), 8);
    assert.equal(shared(examples([20, 20], 7)), 0);
    assert.equal(shared(examples([20, 20], 20)), 18, 'the last token is the target, the one before predicts it');
    assert.equal(shared(examples([20], 20)), 0);
    assert.equal(shared(examples([20, 20], 8), 0), 0);
    assert.equal(shared(examples([20, 20], 12), 9), 9);
    const whole = examples([20, 20], 20).map(({ ids }) => ({ ids, trained: [{ from: 0, to: 20 }] }));
    assert.equal(shared(whole), 0);
    const untrained = examples([20, 20], 20).map(({ ids }) => ({ ids, trained: [] }));
    assert.equal(shared(untrained), 19, 'each keeps a row');
  });
});
