import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLlamaConfig } from './llama-config';
import { planInOrder } from './passes';
import { workOf, workOfToken } from './work';

const config = readLlamaConfig('examples/tiny-llama');
const { layers, heads, headDim, kvHeads, hiddenSize, intermediateSize, vocabSize } = config;
const queries = heads * headDim;
const keys = 2 * hiddenSize * kvHeads * headDim;
const layer = 2 * hiddenSize * queries + keys + 3 * hiddenSize * intermediateSize;
const example = (first: number, tokens: number): { ids: number[]; trained: { from: number; to: number }[] } => ({
  ids: Array.from({ length: tokens }, (_, i) => (i < 20 ? i : first + i)),
  trained: [{ from: tokens - 5, to: tokens }],
});

describe('the work of passes', () => {
  it('counts projections of every row, scores of every key before it, and the vocabulary at targets', () => {
    const plan = planInOrder([example(1, 40)], { tokensPerPass: 512, sharedTokens: Infinity });
    const last = layer - hiddenSize * queries - keys;
    const expected =
      40 * layers * layer - 35 * last + 2 * ((40 * 41) / 2) * layers * queries + 5 * hiddenSize * vocabSize;
    assert.equal(workOf(config, plan), expected);
    assert.equal(workOfToken(config), layers * layer + hiddenSize * vocabSize);
  });

  it('counts a beginning that examples share once', () => {
    const examples = [example(1, 40), example(100, 40), example(200, 40)];
    const shared = workOf(config, planInOrder(examples, { tokensPerPass: 512, sharedTokens: 8 }));
    const apart = workOf(config, planInOrder(examples, { tokensPerPass: 512, sharedTokens: Infinity }));
    const held = workOf(config, planInOrder(examples, { tokensPerPass: 30, sharedTokens: 8 }));
    assert.equal(held, shared, 'whether it lies in a pass or before several');
    const beginning = 2 * 20;
    const attention = 2 * ((20 * 21) / 2) * 2 * layers * queries;
    const last = layer - hiddenSize * queries - keys;
    assert.equal(apart - shared, beginning * (layers * layer - last) + attention);
  });
});
