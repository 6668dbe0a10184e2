import { lcsPositions, tokenPlaces } from './lcs';
import { placedWords, type RougeOptions } from './tokenize';

/** The ranges of an answer, UTF-16 and ascending, whose words ROUGE-L counts: a longest common subsequence with the reference. */
export function sharedWords(
  reference: string,
  answer: string,
  options: RougeOptions = {},
): (readonly [start: number, end: number])[] {
  const words = placedWords(answer, options);
  const wanted = placedWords(reference, options).map(({ word }) => word);
  const positions = lcsPositions(
    words.map(({ word }) => word),
    wanted,
    tokenPlaces(wanted),
  );
  return positions.reverse().map((at) => [words[at]!.start, words[at]!.end]);
}
