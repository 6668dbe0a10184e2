import type { DeviceTraits } from '../compute/traits';
import type { CommonPrefix, TokenSequence } from './batch';

type PassSize = Pick<DeviceTraits, 'tokensPerPass' | 'sharedTokens'>;

/** How examples are cut into passes. */
export interface PassPlan<T extends TokenSequence> {
  readonly prefix: CommonPrefix;
  /** The examples of each pass. */
  readonly groups: readonly (readonly T[])[];
}

/**
 * Cuts examples, in order, into groups of at most the device's tokens per pass; a longer example is a group of its own. What all begin with
 * alike counts once: it lies in the pass where there is one, and is held before the passes where there are several.
 */
export function planInOrder<T extends TokenSequence>(examples: readonly T[], size: PassSize): PassPlan<T> {
  const prefix = sharedPrefix(examples, size);
  return planOf(prefix, groupByTokens(examples, size.tokensPerPass, prefix));
}

/**
 * Spreads the examples of a window over few passes of about equal size, none above the device's tokens per pass but where one example is.
 * Every pass reads all weights once, so that fewer and fuller ones are faster; order within a window does not matter to training.
 * @param shareable the most tokens that all begin with alike and that may be computed once: 0 where examples draw dropout masks of their own
 */
export function planEvenly<T extends TokenSequence>(
  window: readonly T[],
  size: PassSize,
  shareable = Infinity,
): PassPlan<T> {
  const prefix = sharedPrefix(window, size, shareable);
  return planOf(prefix, spreadOverPasses(window, size.tokensPerPass, prefix));
}

function planOf<T extends TokenSequence>(length: number, groups: readonly (readonly T[])[]): PassPlan<T> {
  return { prefix: { length, held: length > 0 && groups.length > 1 }, groups };
}

/** Tokens of the longest example. */
export function longestOf(groups: PassPlan<TokenSequence>['groups']): number {
  return groups.flat().reduce((longest, { ids }) => Math.max(longest, ids.length), 0);
}

function groupByTokens<T extends TokenSequence>(examples: readonly T[], tokensPerPass: number, prefix: number): T[][] {
  const groups: T[][] = [];
  let tokens = Infinity;
  for (const example of examples) {
    const own = example.ids.length - prefix;
    tokens += own;
    if (tokens > tokensPerPass) {
      groups.push([]);
      tokens = own;
    }
    groups.at(-1)!.push(example);
  }
  return groups;
}

function spreadOverPasses<T extends TokenSequence>(window: readonly T[], tokensPerPass: number, prefix: number): T[][] {
  const tokens = window.reduce((sum, { ids }) => sum + Math.min(ids.length - prefix, tokensPerPass), 0);
  for (let count = Math.ceil(tokens / tokensPerPass); ; count++) {
    const passes = spread(window, count, prefix);
    if (passes.every((pass) => pass.tokens <= tokensPerPass || pass.examples.length === 1)) {
      return passes.map((pass) => pass.examples).filter((examples) => examples.length > 0);
    }
  }
}

/** The longest example first, each to the pass that has least so far (Graham 1969); examples of equal length stay in order. */
function spread<T extends TokenSequence>(
  window: readonly T[],
  count: number,
  prefix: number,
): { tokens: number; examples: T[] }[] {
  const passes = Array.from({ length: count }, () => ({ tokens: 0, examples: [] as T[] }));
  for (const example of window.toSorted((a, b) => b.ids.length - a.ids.length)) {
    const emptiest = passes.reduce((least, pass) => (pass.tokens < least.tokens ? pass : least));
    emptiest.examples.push(example);
    emptiest.tokens += example.ids.length - prefix;
  }
  return passes;
}

/**
 * Tokens that all of several examples begin with, if they are worth sharing. The row that predicts an example's first target is its own, and
 * so is at least one row of each.
 */
function sharedPrefix(examples: readonly TokenSequence[], { sharedTokens }: PassSize, shareable = Infinity): number {
  const [first, ...others] = examples;
  if (first === undefined || others.length === 0) return 0;
  let length = Math.min(shareable, ...examples.map(rowsBeforeTargets));
  for (const { ids } of others) {
    let alike = 0;
    while (alike < length && ids[alike] === first.ids[alike]) alike++;
    length = alike;
  }
  return length < sharedTokens ? 0 : length;
}

function rowsBeforeTargets({ ids, trained }: TokenSequence): number {
  return Math.max(1, trained[0]?.from ?? ids.length) - 1;
}
