import { porterStem } from './porter';

export interface RougeOptions {
  /** Reduce words longer than 3 letters to their Porter stem. Off by default, as in Google's rouge_score and `evaluate`. */
  readonly stemmer?: boolean;
  /** Keep letters and digits of every script instead of only a-z and 0-9. */
  readonly unicode?: boolean;
}

const LATIN_WORD = /[a-z0-9]+/g;
const ANY_CASE_WORD = /[a-z0-9]+/gi;
const STEMMABLE = /^[a-z0-9]{4,}$/;

/** Scripts written without spaces between words: each character, with its marks, is a token, or a sentence would be one word. */
const UNSPACED = '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}';
const ANY_WORD = new RegExp(
  `(?=[${UNSPACED}])[\\p{L}\\p{Nl}]\\p{M}*|(?:(?![${UNSPACED}])\\p{L}\\p{M}*|\\p{N}\\p{M}*)+`,
  'gu',
);

/**
 * The words ROUGE compares. Google's way: lower-case, everything outside a-z and 0-9 separates, and with `stemmer` tokens longer than
 * 3 characters are stemmed. With `unicode`: letters and digits of any script with their combining marks, in NFC; the stemmer, being
 * English, then leaves words alone that hold anything but a-z and 0-9.
 */
export function tokenizeForRouge(text: string, options: RougeOptions = {}): string[] {
  // NFC after lower-casing: lower-casing can leave a letter and its mark apart (I with a dot above).
  const words =
    options.unicode === true
      ? text.toLowerCase().normalize('NFC').match(ANY_WORD)
      : text.toLowerCase().match(LATIN_WORD);
  if (words === null) return [];
  return options.stemmer === true ? words.map(stemmed) : words;
}

function stemmed(word: string): string {
  return STEMMABLE.test(word) ? porterStem(word) : word;
}

/** A word that ROUGE compares and its range in the text as written, UTF-16. */
export interface PlacedWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** The words of `tokenizeForRouge` where they stand. Of letters that change their length when lower-cased it may find others. */
export function placedWords(text: string, options: RougeOptions = {}): PlacedWord[] {
  const pattern = options.unicode === true ? ANY_WORD : ANY_CASE_WORD;
  return Array.from(text.matchAll(pattern), ({ 0: found, index }) => {
    const word = found.toLowerCase().normalize('NFC');
    return { word: options.stemmer === true ? stemmed(word) : word, start: index, end: index + found.length };
  });
}
