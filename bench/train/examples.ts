import { createRandom } from '../../src/base/random';
import type { Span } from '../../src/base/spans';

export interface BenchExample {
  readonly ids: number[];
  readonly trained: Span[];
}

/**
 * Random tokens in realistic lengths: the question's tokens and the answer's are log-normal with the medians and spreads of gsm8k
 * under a 50,000-token vocabulary (question and template 75, answer 120), and only the answer is trained.
 */
export function benchExamples(count: number, vocabulary: number): BenchExample[] {
  const random = createRandom(11);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.nextFloat())) * Math.cos(2 * Math.PI * random.nextFloat());
  const length = (median: number, spread: number, min: number, max: number): number =>
    Math.round(Math.min(max, Math.max(min, median * Math.exp(spread * normal()))));
  return Array.from({ length: count }, () => {
    const question = length(75, 0.38, 25, 250);
    const answer = length(120, 0.45, 25, 500);
    return {
      ids: Array.from({ length: question + answer }, () => random.below(vocabulary)),
      trained: [{ from: question, to: question + answer }],
    };
  });
}
