const BEYOND_LATIN = /[^\0-\xff]/;

/** Whether every character takes one byte in a string of the engine's. */
export function isLatin(text: string): boolean {
  return !BEYOND_LATIN.test(text);
}

/** A slice of a text keeps the whole text alive; a copy does not, and takes one byte a character where that is enough. */
export function ownCopy(text: string): string {
  const encoding = isLatin(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}
