import type { TokenSequence } from './batch';

/**
 * Tokens of one forward and backward pass: enough rows to use the processor fully, few enough to keep activations small. Measured with
 * `npm run bench train`.
 */
export const TOKENS_PER_PASS = 512;

/** Cuts examples, in order, into groups of at most TOKENS_PER_PASS tokens; a longer example is a group of its own. */
export function groupByTokens<T extends TokenSequence>(examples: readonly T[]): T[][] {
  const groups: T[][] = [];
  let tokens = Infinity;
  for (const example of examples) {
    tokens += example.ids.length;
    if (tokens > TOKENS_PER_PASS) {
      groups.push([]);
      tokens = example.ids.length;
    }
    groups.at(-1)!.push(example);
  }
  return groups;
}
