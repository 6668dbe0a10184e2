import { BYTE_TO_CHAR } from '../src/text/byte-alphabet';

export interface BpeVocabulary {
  /** Token in the byte alphabet to id: the 256 bytes sorted by their character, then merged tokens in the order they were made. */
  readonly vocab: ReadonlyMap<string, number>;
  /** In order of rank. */
  readonly merges: readonly (readonly [string, string])[];
}

interface Word {
  symbols: number[];
  readonly count: number;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  /** Times the two stand side by side, words counted as often as they occur. */
  count: number;
  /** Indices of words that held the pair at some time. */
  readonly words: Set<number>;
}

/** Ids stay below this, so that a pair of them is one exact number. */
const MOST_IDS = 2 ** 24;
/** A pair seen once says nothing about the language. */
const LEAST_COUNT = 2;

/**
 * Byte-pair encoding (Sennrich et al. 2016) over bytes: joins the most frequent pair of neighbours within words until the
 * vocabulary has `size` tokens. Of equally frequent pairs the one with the lower left id is joined, then the lower right id. Ends with
 * fewer tokens where no pair occurs twice.
 * @param words pre-tokens in the byte alphabet, with how often each occurs
 * @param size tokens wanted, at least 256
 */
export function learnMerges(words: ReadonlyMap<string, number>, size: number): BpeVocabulary {
  const tokens = [...BYTE_TO_CHAR].sort();
  const vocab = new Map(tokens.map((token, id) => [token, id]));
  const merges: [string, string][] = [];
  const corpus: Word[] = [...words].map(([text, count]) => ({
    symbols: Array.from(text, (char) => vocab.get(char)!),
    count,
  }));
  const pairs = new Map<number, Pair>();
  corpus.forEach((word, index) => {
    countPairs(pairs, word, index, word.count);
  });
  while (tokens.length < size) {
    const best = mostFrequent(pairs);
    if (best === undefined || best.count < LEAST_COUNT) break;
    const joined = tokens[best.left]! + tokens[best.right]!;
    merges.push([tokens[best.left]!, tokens[best.right]!]);
    // Two ways of joining can spell the same token: ab + c and a + bc.
    let id = vocab.get(joined);
    if (id === undefined) {
      id = tokens.push(joined) - 1;
      vocab.set(joined, id);
    }
    for (const index of best.words) {
      const word = corpus[index]!;
      const symbols = join(word.symbols, best.left, best.right, id);
      if (symbols.length === word.symbols.length) continue;
      countPairs(pairs, word, index, -word.count);
      word.symbols = symbols;
      countPairs(pairs, word, index, word.count);
    }
    pairs.delete(best.left * MOST_IDS + best.right);
  }
  return { vocab, merges };
}

function countPairs(pairs: Map<number, Pair>, word: Word, index: number, by: number): void {
  for (let at = 1; at < word.symbols.length; at++) {
    const left = word.symbols[at - 1]!;
    const right = word.symbols[at]!;
    const key = left * MOST_IDS + right;
    let pair = pairs.get(key);
    if (pair === undefined) {
      pair = { left, right, count: 0, words: new Set() };
      pairs.set(key, pair);
    }
    pair.count += by;
    if (by > 0) pair.words.add(index);
    else if (pair.count === 0) pairs.delete(key);
  }
}

function mostFrequent(pairs: ReadonlyMap<number, Pair>): Pair | undefined {
  let best: Pair | undefined;
  for (const pair of pairs.values()) {
    if (best === undefined || pair.count > best.count || (pair.count === best.count && comesBefore(pair, best)))
      best = pair;
  }
  return best;
}

function comesBefore(a: Pair, b: Pair): boolean {
  return a.left < b.left || (a.left === b.left && a.right < b.right);
}

/** From left to right, so that in a run of equal symbols the first two are joined. */
function join(symbols: readonly number[], left: number, right: number, id: number): number[] {
  const out: number[] = [];
  for (let at = 0; at < symbols.length; at++) {
    if (symbols[at] === left && symbols[at + 1] === right) {
      out.push(id);
      at++;
    } else {
      out.push(symbols[at]!);
    }
  }
  return out;
}
