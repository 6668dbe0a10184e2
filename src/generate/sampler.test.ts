import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { argmax, checkSampling, GREEDY, sampleToken, type SamplingOptions } from './sampler';

const logits = Float32Array.from([1, 3, 2, 3, -Infinity, 0]);
const sampling = (options: Partial<SamplingOptions>): SamplingOptions => ({
  do_sample: true,
  temperature: 1,
  top_k: 0,
  top_p: 1,
  ...options,
});

function frequencies(options: SamplingOptions, draws = 40_000): number[] {
  const random = createRandom(1);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) counts[sampleToken(logits, options, () => random.nextFloat())]! += 1 / draws;
  return counts;
}

function softmax(temperature: number, kept: readonly number[]): number[] {
  const weights = Array.from(logits, (x, i) => (kept.includes(i) ? Math.exp(x / temperature) : 0));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}

/** By sorting everything: the probability of each token that stays, in the order of the vocabulary. */
function shares(values: Float32Array, temperature: number, top_k: number, top_p: number): Map<number, number> {
  const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
  const lowest = top_k === 0 ? -Infinity : values[sorted[top_k - 1]!]!;
  const candidates = sorted.filter((token) => values[token]! >= lowest && values[token]! > -Infinity);
  const weight = (token: number): number => Math.exp((values[token]! - values[sorted[0]!]!) / temperature);
  const total = candidates.reduce((sum, token) => sum + weight(token), 0);
  const kept: number[] = [];
  let mass = 0;
  for (const token of candidates) {
    if (top_p < 1 && mass >= top_p * total) break;
    kept.push(token);
    mass += weight(token);
  }
  return new Map(kept.sort((a, b) => a - b).map((token) => [token, weight(token) / mass]));
}

function close(actual: number[], expected: number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((p, i) => {
    assert.ok(Math.abs(p - expected[i]!) < 0.01, `token ${i}: ${p} for ${expected[i]}`);
  });
}

describe('sampling', () => {
  it('is greedy without do_sample or at temperature 0, and takes the first of equals', () => {
    assert.equal(argmax(logits), 1);
    assert.equal(
      sampleToken(logits, GREEDY, () => 0.99),
      1,
    );
    assert.equal(
      sampleToken(logits, sampling({ temperature: 0 }), () => 0.99),
      1,
    );
  });

  it('follows softmax at the temperature', () => {
    close(frequencies(sampling({})), softmax(1, [0, 1, 2, 3, 5]));
    close(frequencies(sampling({ temperature: 2 })), softmax(2, [0, 1, 2, 3, 5]));
  });

  it('keeps the k likeliest, ties with the k-th included', () => {
    close(frequencies(sampling({ top_k: 1 })), softmax(1, [1, 3]));
    close(frequencies(sampling({ top_k: 3 })), softmax(1, [1, 2, 3]));
  });

  it('keeps the fewest likeliest that reach p', () => {
    // softmax: 0.382 for 1 and 3, 0.141 for 2, 0.052 for 0
    close(frequencies(sampling({ top_p: 0.3 })), softmax(1, [1]));
    close(frequencies(sampling({ top_p: 0.8 })), softmax(1, [1, 2, 3]));
  });

  it('gives each token of a large vocabulary its share, whatever k and p', () => {
    const source = createRandom(9);
    // Peaked and flat, with ties and tokens that cannot be.
    for (const spread of [0.01, 2, 30]) {
      const many = Float32Array.from({ length: 5000 }, () =>
        source.below(50) === 0 ? -Infinity : Math.fround(Math.round(source.nextFloat() * 400) / 400) * spread,
      );
      for (const top_k of [0, 1, 7, 400, 4999]) {
        for (const top_p of [0.05, 0.5, 0.9, 1]) {
          for (const temperature of [0.5, 1.3]) {
            const expected = shares(many, temperature, top_k, top_p);
            const options = sampling({ temperature, top_k, top_p });
            // At the middle of a token's share of [0, 1) stands that token: all of them where they are few, else some.
            const order = [...expected.keys()];
            let before = 0;
            order.forEach((token, i) => {
              const share = expected.get(token)!;
              const middle = before + share / 2;
              before += share;
              // A share that rounding may swallow has no middle to speak of.
              if (i % Math.ceil(order.length / 40) !== 0 || share < 1e-9) return;
              assert.equal(
                sampleToken(many, options, () => middle),
                token,
                `spread ${spread}, top_k ${top_k}, top_p ${top_p}, temperature ${temperature}`,
              );
            });
          }
        }
      }
    }
  });

  it('refuses impossible values', () => {
    for (const bad of [{ temperature: -1 }, { top_p: 0 }, { top_p: 1.5 }, { top_k: -1 }, { top_k: 1.5 }]) {
      assert.throws(() => {
        checkSampling(sampling(bad));
      }, /below 0|top_p|top_k/);
    }
  });
});
