import { editDistance } from '../../base/nearest';

/** From so many letters on two slips are still a slip. */
const LONG = 8;

/**
 * The key that a misspelt one was probably meant to be; undefined where none is near. Much nearer than for words of a command line: any
 * name may stand in a dataset, and `message_id` is not a way to write `messages`.
 */
export function nearKey(key: string, candidates: readonly string[]): string | undefined {
  const words = wordsOf(key);
  const meant = words.join('');
  if (meant.length === 0 || meant.length > 64) return undefined;
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const wanted = wordsOf(candidate);
    if (wanted.length !== words.length) continue;
    const length = Math.min(meant.length, wanted.join('').length);
    const distance = editDistance(meant, wanted.join(''));
    if (distance > (length < 3 ? 0 : length < LONG ? 1 : 2) || distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** Without capitals, `_`, `-` and blanks, which nobody remembers; a slip between two words joins or parts them. */
function wordsOf(key: string): readonly string[] {
  return key
    .trim()
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[-_ ]+/)
    .filter((word) => word !== '');
}
