const LETTERS = /[\p{L}\p{N}]/gu;
const GOOGLES = /[a-z0-9]/g;

/**
 * Whether answers like these must be compared by the words of every script: where Google's words, of a-z and 0-9, hold less than half of
 * what one of them is written with. Texts of a-z and 0-9 alone have the same words either way.
 */
export function needUnicodeWords(references: Iterable<string>): boolean {
  for (const reference of references) {
    const text = reference.toLowerCase();
    const letters = text.match(LETTERS)?.length ?? 0;
    if (2 * (text.match(GOOGLES)?.length ?? 0) < letters) return true;
  }
  return false;
}

/** How words are told apart, in half a sentence. */
export function wordsText(unicode: boolean): string {
  return unicode ? 'words of every script' : "words of a-z and 0-9, Google's default";
}
