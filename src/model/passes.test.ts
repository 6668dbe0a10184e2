import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupByTokens, spreadOverPasses } from './passes';

const traits = { tokensPerPass: 512 };
const examples = (...lengths: number[]) => lengths.map((length) => ({ ids: new Int32Array(length), trained: [] }));
const lengths = (passes: { ids: ArrayLike<number> }[][]) => passes.map((pass) => pass.map(({ ids }) => ids.length));

test('passes: examples in order are cut where the next one does not fit', () => {
  const window = examples(253, 297, 224, 103, 600, 1);
  assert.deepEqual(lengths(groupByTokens(window, traits)), [[253], [297], [224, 103], [600], [1]]);
});

test('passes: a window is spread over fewer and even passes', () => {
  assert.deepEqual(lengths(spreadOverPasses(examples(253, 297, 224, 103), traits)), [
    [297, 103],
    [253, 224],
  ]);
  assert.deepEqual(lengths(spreadOverPasses(examples(100, 100, 100), traits)), [[100, 100, 100]]);
});

test('passes: another pass is taken where the fewest do not fit', () => {
  // 1,000 tokens would fit into two passes by their sum, but no two of these fit together.
  assert.deepEqual(lengths(spreadOverPasses(examples(334, 333, 333), traits)), [[334], [333], [333]]);
});

test('passes: an example that is longer than a pass has one of its own', () => {
  const passes = lengths(spreadOverPasses(examples(20, 900, 700, 30), traits));
  assert.deepEqual(passes, [[900], [700], [30, 20]]);
});

test('passes: every example of a window is in one pass, and none is empty', () => {
  const window = examples(...Array.from({ length: 40 }, (_, i) => 1 + ((i * 97) % 400)));
  const passes = spreadOverPasses(window, traits);
  assert.deepEqual(new Set(passes.flat()), new Set(window));
  assert.equal(passes.flat().length, window.length);
  assert.ok(passes.every((pass) => pass.length > 0 && pass.reduce((n, { ids }) => n + ids.length, 0) <= 512));
});
