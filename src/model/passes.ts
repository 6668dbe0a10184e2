import type { DeviceTraits } from '../compute/traits';
import type { TokenSequence } from './batch';

type PassSize = Pick<DeviceTraits, 'tokensPerPass'>;

/** Cuts examples, in order, into groups of at most the device's tokens per pass; a longer example is a group of its own. */
export function groupByTokens<T extends TokenSequence>(examples: readonly T[], { tokensPerPass }: PassSize): T[][] {
  const groups: T[][] = [];
  let tokens = Infinity;
  for (const example of examples) {
    tokens += example.ids.length;
    if (tokens > tokensPerPass) {
      groups.push([]);
      tokens = example.ids.length;
    }
    groups.at(-1)!.push(example);
  }
  return groups;
}

/**
 * Spreads the examples of a window over few passes of about equal size, none above the device's tokens per pass but where one example is.
 * Every pass reads all weights once, so that fewer and fuller ones are faster; order within a window does not matter to training.
 */
export function spreadOverPasses<T extends TokenSequence>(window: readonly T[], { tokensPerPass }: PassSize): T[][] {
  const tokens = window.reduce((sum, { ids }) => sum + Math.min(ids.length, tokensPerPass), 0);
  for (let count = Math.ceil(tokens / tokensPerPass); ; count++) {
    const passes = spread(window, count);
    if (passes.every((pass) => pass.tokens <= tokensPerPass || pass.examples.length === 1)) {
      return passes.map((pass) => pass.examples).filter((examples) => examples.length > 0);
    }
  }
}

/** The longest example first, each to the pass that has least so far (Graham 1969); examples of equal length stay in order. */
function spread<T extends TokenSequence>(window: readonly T[], count: number): { tokens: number; examples: T[] }[] {
  const passes = Array.from({ length: count }, () => ({ tokens: 0, examples: [] as T[] }));
  for (const example of window.toSorted((a, b) => b.ids.length - a.ids.length)) {
    const emptiest = passes.reduce((least, pass) => (pass.tokens < least.tokens ? pass : least));
    emptiest.examples.push(example);
    emptiest.tokens += example.ids.length;
  }
  return passes;
}
