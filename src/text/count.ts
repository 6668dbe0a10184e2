import type { TextTokenizer } from './tokenizer';

export interface TokenCounter {
  /** Exactly `tokenizer.encode(text, marked).length`. */
  count(text: string, marked?: boolean): number;
}

/** Longer pieces hardly come twice. */
const LONGEST_CACHED = 64;
const CACHED = 200_000;

/**
 * Counts without building ids: the text is cut by the tokenizer's own rules, and the count of every piece is kept.
 * Pieces are encoded independently of each other, so the sum is exact for every tokenizer that loads.
 */
export function createCounter(tokenizer: TextTokenizer): TokenCounter {
  let counts = new Map<string, number>();
  return {
    count(text, marked) {
      let total = 0;
      const visit = (piece: string | number): void => {
        if (typeof piece === 'number') {
          total++;
          return;
        }
        const known = counts.get(piece);
        if (known !== undefined) {
          total += known;
          return;
        }
        const count = tokenizer.encodePiece(piece).length;
        total += count;
        if (piece.length > LONGEST_CACHED) return;
        if (counts.size >= CACHED) counts = new Map();
        counts.set(piece, count);
      };
      tokenizer.visitPieces(text, visit, marked);
      return total;
    },
  };
}
