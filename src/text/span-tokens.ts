import type { Span } from '../base/spans';
import { createStreamingDecoder } from './streaming-decoder';
import { unmarked } from './literal-marks';
import type { TextTokenizer } from './tokenizer';
import type { AnswerPlace, TrainedText } from './trained-span';

/** The tokens of a text, and which of them are trained. */
export interface TextTokens {
  readonly total: number;
  /** Of each answer, in order. */
  readonly trained: readonly Span[];
  /** The first answer whose prompt, tokenised alone, has other tokens at its end than the text has there. */
  readonly joined: AnswerPlace | undefined;
}

/**
 * A token is trained when it holds a character of an answer. The whole text is tokenised once, and where a token reaches across an end of
 * an answer the text before that end again.
 * @param ids gets all of them
 */
export function tokensOfText(tokenizer: TextTokenizer, trained: TrainedText, ids?: number[]): TextTokens {
  const { text } = trained;
  // Pieces have no marks: their places are counted without.
  const without = (at: number): number => unmarked(text.slice(0, at)).length;
  const hasMarks = unmarked(text).length < text.length;
  const places = trained.answers.map(({ asked, start, end }) =>
    hasMarks ? { asked: without(asked), start: without(start), end: without(end) } : { asked, start, end },
  );
  const { answers } = trained;
  const found = answers.map((): { from?: number; to?: number; asked: boolean } => ({ asked: false }));
  let at = 0;
  let total = 0;
  let next = 0;
  const look = (): void => {
    while (next < places.length && at > places[next]!.end) next++;
    if (next === places.length) return;
    const { asked, start, end } = places[next]!;
    const seen = found[next]!;
    if (at === asked) seen.asked = true;
    if (at === start) seen.from ??= total;
    if (at === end) seen.to = total;
  };
  look();
  tokenizer.visitPieces(
    text,
    (piece) => {
      if (typeof piece === 'number') {
        ids?.push(piece);
        at += tokenizer.tokenText(piece).length;
        total++;
      } else {
        const encoded = tokenizer.encodePiece(piece);
        if (ids !== undefined) for (const id of encoded) ids.push(id);
        at += piece.length;
        total += encoded.length;
      }
      look();
    },
    hasMarks,
  );
  let all = ids;
  const spans: Span[] = [];
  let joined: AnswerPlace | undefined;
  for (const [number, answer] of answers.entries()) {
    const { from, to, asked } = found[number]!;
    const exact = tokenizer.piecesAreText && from !== undefined && to !== undefined;
    if (exact && asked) {
      spans.push({ from, to });
      continue;
    }
    all ??= tokenizer.encode(text, true);
    if (!isPrefix(tokenizer.encode(text.slice(0, answer.asked), true), all)) joined ??= answer;
    if (exact) spans.push({ from, to });
    else {
      const first = tokensBefore(tokenizer, all, text, answer.start);
      spans.push({
        from: first,
        to: answer.end === text.length ? total : tokensUntil(tokenizer, all, trained, answer),
      });
    }
  }
  return { total, trained: spans, joined };
}

const SPACE_AFTER = /\p{White_Space}+$/u;
/** A pattern that is tied to the end tries every run of blanks before it: it is given so many characters. */
const MOST_BLANKS = 64;

function isPrefix(prefix: readonly number[], all: readonly number[]): boolean {
  return prefix.every((id, at) => id === all[at]);
}

/**
 * How many tokens of `all` end at or before the character `at`: as many as the text before it has, unless a token
 * reaches across `at`.
 */
function tokensBefore(tokenizer: TextTokenizer, all: readonly number[], text: string, at: number): number {
  const prefix = tokenizer.encode(text.slice(0, at), true);
  let same = 0;
  while (same < prefix.length && prefix[same] === all[same]) same++;
  const blanks = SPACE_AFTER.exec(text.slice(Math.max(0, at - MOST_BLANKS), at))?.[0] ?? '';
  if (same === prefix.length && blanks === '') return same;
  const decoded = tokenizer.decode(prefix);
  // A normalizer may take blanks from the end of a text, which are within it here.
  const wanted = SPACE_AFTER.test(decoded.slice(-1)) ? decoded : decoded + blanks;
  if (same === prefix.length && wanted === decoded) return same;
  // The text before `at` is cut another way on its own: go on while the tokens spell it. A token that ends within a
  // character only counts once a later one completes it.
  const decoder = createStreamingDecoder(tokenizer);
  let spelt = all.slice(0, same).reduce((done, id) => done + decoder.push(id), '');
  let before = same;
  for (let count = same; count < all.length && wanted.startsWith(spelt); count++) {
    spelt += decoder.push(all[count]!);
    if (wanted.startsWith(tokenizer.decode(all.slice(0, count + 1)))) before = count + 1;
  }
  return before;
}

/** How many tokens of `all` start before the end of an answer. */
function tokensUntil(
  tokenizer: TextTokenizer,
  all: readonly number[],
  { text, endOfTurnLength }: TrainedText,
  { end }: AnswerPlace,
): number {
  // Nothing merges across an added token: what follows the end-of-turn token is tokenised the same without what is before it.
  if (endOfTurnLength > 0) return all.length - tokenizer.encode(text.slice(end - endOfTurnLength), true).length + 1;
  const before = tokensBefore(tokenizer, all, text, end);
  const exact = tokenizer.encode(text.slice(0, end), true).length === before;
  return exact ? before : Math.min(all.length, before + 1);
}
