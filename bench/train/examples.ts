import { createRandom } from '../../src/base/random';
import type { Span } from '../../src/base/spans';

export interface BenchExample {
  readonly ids: number[];
  readonly trained: Span[];
}

/** Lengths of examples in tokens. */
export interface BenchLengths {
  /** What all begin with alike. */
  readonly prefix: number;
  /** Medians of what is each example's own. */
  readonly question: number;
  readonly answer: number;
}

/** gsm8k's under a 50,000-token vocabulary, template included; nothing alike. */
export const GSM8K_LENGTHS: BenchLengths = { prefix: 0, question: 75, answer: 120 };

/**
 * Random tokens in realistic lengths: the question's tokens and the answer's are log-normal with the spreads of gsm8k, and only the
 * answer is trained.
 */
export function benchExamples(count: number, vocabulary: number, lengths: BenchLengths): BenchExample[] {
  const random = createRandom(11);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.nextFloat())) * Math.cos(2 * Math.PI * random.nextFloat());
  const length = (median: number, spread: number, min: number, max: number): number =>
    Math.round(Math.min(max, Math.max(min, median * Math.exp(spread * normal()))));
  const prefix = Array.from({ length: lengths.prefix }, () => random.below(vocabulary));
  return Array.from({ length: count }, () => {
    const question = length(lengths.question, 0.38, Math.min(25, lengths.question / 3), 250);
    const answer = length(lengths.answer, 0.45, Math.min(25, lengths.answer / 3), 500);
    const before = prefix.length + question;
    return {
      ids: [...prefix, ...Array.from({ length: question + answer }, () => random.below(vocabulary))],
      trained: [{ from: before, to: before + answer }],
    };
  });
}
