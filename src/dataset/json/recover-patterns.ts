import { LOOK_AHEAD } from './recover-text';

export const SPACE = /\s*/y;
export const COMMENT = /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/)){0,2000}\*\/|#(?=[\s!#])[^\n]*/y;
export const BARE_KEY = /[^\s"'{}[\],:]{1,64}(?=["']?\s*:)/y;
export const BARE_WORD = /[^\s"'{}[\],:]+/y;
export const BARE_TEXT_END =
  /"(?=\s*(?:,\s*["}\]]|[}\]]))|(?=,\s*"[^"\\\n]{1,64}"\s*:)|(?=\s*,?\s*[}\]])|(?=\s*,?[^\S\n]*\n)/g;
export const NEXT_ITEM = /(?=,\s*["'][^"'\\\n]{1,64}["']\s*:|,?\s*\}\s*(?:[,\]{]|$)|,?\s*\}[^\S\n]*\n)/g;
// A few characters too many before the token that is wanted.
export const STRAY_THEN_COLON = /[^\s"':]{1,3}(?=\s*:)/y;
export const STRAY_THEN_TEXT = /[^\s"'{[]{1,3}(?=\s*"(?!\s*[,}\]]))|[{[](?=\s*"(?:[^"\\\n]|\\.)*"\s*[,}])/y;
export const STRAY_THEN_KEY = /[^\s"']{1,3}(?=\s*"[^"\\\n]{1,64}"\s*:)/y;
export const ITEM_AFTER_BRACKET = /[}\]]\s*,\s*\{\s*["}]/y;

/** What the pattern, a sticky one, matches at `at`. */
export function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Where the pattern first matches in `text` from `at` on, looking no further than LOOK_AHEAD. */
export function find(pattern: RegExp, text: string, at: number): { start: number; end: number } | undefined {
  pattern.lastIndex = 0;
  const match = pattern.exec(text.slice(at, at + LOOK_AHEAD));
  return match === null ? undefined : { start: at + match.index, end: at + match.index + match[0].length };
}
