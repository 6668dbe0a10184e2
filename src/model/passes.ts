import type { DeviceTraits } from '../compute/traits';
import type { TokenSequence } from './batch';

/** Cuts examples, in order, into groups of at most the device's tokens per pass; a longer example is a group of its own. */
export function groupByTokens<T extends TokenSequence>(
  examples: readonly T[],
  { tokensPerPass }: Pick<DeviceTraits, 'tokensPerPass'>,
): T[][] {
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
