/**
 * Longest common subsequences of token sequences, 32 columns of the textbook table at a time.
 * Hyyrö 2004, "Bit-parallel LCS-length computation revisited": bit j of a row is 0 where the table grows from column j to j + 1.
 * Tokens are compared as they are: numbers from a shared vocabulary, or strings.
 */

export type Token = string | number;

/** Where each token of a sequence stands, as (32-column word, bits) pairs in ascending order. */
export interface TokenPlaces {
  readonly length: number;
  readonly of: ReadonlyMap<Token, readonly number[]>;
}

export function tokenPlaces(tokens: readonly Token[]): TokenPlaces {
  const of = new Map<Token, number[]>();
  for (const [at, token] of tokens.entries()) {
    const pairs = of.get(token);
    const word = at >>> 5;
    const bit = 1 << (at & 31);
    if (pairs === undefined) of.set(token, [word, bit]);
    else if (pairs.at(-2) === word) pairs[pairs.length - 1]! |= bit;
    else pairs.push(word, bit);
  }
  return { length: tokens.length, of };
}

/** The row of the empty reference: no column grows. */
function firstRow(columns: number): Uint32Array {
  return new Uint32Array((columns + 31) >>> 5).fill(0xffffffff);
}

/** From the table's row i to row i + 1, in place. Only words with a match, and those that a carry reaches, change. */
function advance(row: Uint32Array, pairs: readonly number[] | undefined): void {
  if (pairs === undefined) return;
  let carry = 0;
  let next = 0;
  let word = pairs[0]!;
  while (word < row.length) {
    let match = 0;
    if (pairs[next] === word) {
      match = pairs[next + 1]!;
      next += 2;
    }
    const before = row[word]!;
    const sum = before + ((before & match) >>> 0) + carry;
    row[word] = sum | (before & ~match);
    carry = sum > 0xffffffff ? 1 : 0;
    if (carry === 1) word++;
    else if (next < pairs.length) word = pairs[next]!;
    else return;
  }
}

function bitsSet(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return (((count + (count >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** The table's value at a column: the zeros before it. `at` is where the row starts in `rows`. */
function tableValue(rows: Uint32Array, at: number, column: number): number {
  const whole = column >>> 5;
  let value = 0;
  for (let word = 0; word < whole; word++) value += bitsSet(~rows[at + word]!);
  const rest = column & 31;
  return rest === 0 ? value : value + bitsSet(~rows[at + whole]! & ((1 << rest) - 1));
}

/** The length of the longest common subsequence. Time: one step for each match and carry; memory: linear. */
export function lcsLength(reference: readonly Token[], candidate: TokenPlaces): number {
  const row = firstRow(candidate.length);
  for (const token of reference) advance(row, candidate.of.get(token));
  return tableValue(row, 0, candidate.length);
}

/**
 * The positions in `reference` of one longest common subsequence, descending. Of several it is the one that Google's rouge_score reads
 * out of its table: from the end, a match is taken; else it goes left where the left cell is greater than the one above, else up.
 * Memory: a bit for each cell of the table.
 */
export function lcsPositions(reference: readonly Token[], candidate: readonly Token[], places: TokenPlaces): number[] {
  const words = (candidate.length + 31) >>> 5;
  const rows = new Uint32Array(words * (reference.length + 1));
  const row = firstRow(candidate.length);
  rows.set(row);
  for (const [at, token] of reference.entries()) {
    advance(row, places.of.get(token));
    rows.set(row, words * (at + 1));
  }
  const positions: number[] = [];
  let i = reference.length;
  let j = candidate.length;
  let value = tableValue(rows, words * i, j);
  // At value 0 no match is left: the rest of the walk would take none.
  while (value > 0) {
    if (reference[i - 1] === candidate[j - 1]) {
      positions.push(i - 1);
      i--;
      j--;
      value--;
      continue;
    }
    // Here both neighbours cannot be below `value`, so the left cell is the greater one just where the cell above is below it.
    if (tableValue(rows, words * (i - 1), j) < value) j--;
    else i--;
  }
  return positions;
}
