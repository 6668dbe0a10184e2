import { LOOK_AHEAD } from './recover-text';

const COMMENT = /^(?:\/\/[^\n]*|#(?=[\s!#])[^\n]*|\/\*[\s\S]{0,2000}?\*\/)/;
/** A key where an example should begin, perhaps after one wrong character: the opening brace is missing. */
const KEY_INSTEAD_OF_BRACE = /(?:[^\s"{]\s*)?(?="[^"\\\n]{1,64}"\s*:)/y;

/** White space of JSON. @param c a UTF-16 code unit */
export function isSpace(c: number): boolean {
  return c === 32 || c === 10 || c === 13 || c === 9;
}

/** Whether a comment may begin at `at`: `//`, `/*`, `#`, or a slash that the text ends with. */
export function isCommentStart(text: string, at: number): boolean {
  const c = text[at];
  return (
    (c === '#' && /[\s!#]/.test(text[at + 1] ?? ' ')) ||
    (c === '/' && (at + 1 >= text.length || text[at + 1] === '/' || text[at + 1] === '*'))
  );
}

/** The comment at `at` with the text after it. */
export function commentAt(text: string, at: number): { readonly comment: string; readonly after: string } | undefined {
  if (!isCommentStart(text, at)) return undefined;
  const rest = text.slice(at, at + LOOK_AHEAD);
  const comment = COMMENT.exec(rest)?.[0];
  return comment === undefined ? undefined : { comment, after: rest.slice(comment.length) };
}

/** Where an array of objects, or an object, first begins after something else at `at`. */
export function bracketAfter(text: string, at: number): number | undefined {
  const found = /\[\s*(?:\{|$)|\{\s*"/.exec(text.slice(at, at + 4096));
  return found === null ? undefined : at + found.index;
}

/** The offset of a key that stands where a brace should, and how many characters stand before it in the brace's place. */
export function keyInsteadOfBrace(
  text: string,
  at: number,
): { readonly wrong: number; readonly key: number } | undefined {
  KEY_INSTEAD_OF_BRACE.lastIndex = at;
  const match = KEY_INSTEAD_OF_BRACE.exec(text)?.[0];
  return match === undefined ? undefined : { wrong: match.trimEnd().length, key: at + match.length };
}

/** What the text is as JSON; undefined where it is none. */
export function parseJson(source: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(source) as unknown };
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys of the value and of all objects in it. */
export function keyCount(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    let inner = 0;
    for (const item of value) inner += keyCount(item);
    return inner;
  }
  let count = 0;
  for (const key in value) count += 1 + keyCount((value as Readonly<Record<string, unknown>>)[key]);
  return count;
}
