import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../random';
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

function close(actual: number[], expected: number[]): void {
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

  it('refuses impossible values', () => {
    for (const bad of [{ temperature: -1 }, { top_p: 0 }, { top_p: 1.5 }, { top_k: -1 }, { top_k: 1.5 }]) {
      assert.throws(() => {
        checkSampling(sampling(bad));
      }, /below 0|top_p|top_k/);
    }
  });
});
