const QUOTE = 34;
const BACKSLASH = 92;
/** What is neither string, object nor array. */
const SCALAR = /[-+.\w]+/y;
const SPACE = /[ \t\r\n]*/y;

/** A string of an object, quotes included, and the key it stands under. */
export interface FlatText {
  readonly key: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The strings of an object that holds no object and no array, in its order: what a tree of it would tell, for a tenth of the time.
 * @returns undefined where it is not such an object, or not JSON to the letter
 */
export function flatTexts(source: string): FlatText[] | undefined {
  const texts: FlatText[] = [];
  if (source[0] !== '{') return undefined;
  let at = afterSpace(source, 1);
  while (source.charCodeAt(at) === QUOTE) {
    const keyEnd = stringEnd(source, at);
    const key = decoded(source, at, keyEnd);
    at = afterSpace(source, keyEnd);
    if (key === undefined || source[at] !== ':') return undefined;
    const start = afterSpace(source, at + 1);
    if (source.charCodeAt(start) === QUOTE) {
      const end = stringEnd(source, start);
      const value = decoded(source, start, end);
      if (value === undefined) return undefined;
      texts.push({ key, value, start, end });
      at = end;
    } else {
      SCALAR.lastIndex = start;
      if (!SCALAR.test(source)) return undefined;
      at = SCALAR.lastIndex;
    }
    at = afterSpace(source, at);
    if (source[at] === '}') return at === source.length - 1 ? texts : undefined;
    if (source[at] !== ',') return undefined;
    at = afterSpace(source, at + 1);
  }
  return undefined;
}

function afterSpace(source: string, at: number): number {
  // Most often there is none, or one.
  if (source.charCodeAt(at) > 32) return at;
  if (source.charCodeAt(at + 1) > 32) return source.charCodeAt(at) === 32 ? at + 1 : spaceEnd(source, at);
  return spaceEnd(source, at);
}

function spaceEnd(source: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.test(source);
  return SPACE.lastIndex;
}

/** Behind the closing quote of the string that opens at `at`; the source's end where there is none. */
function stringEnd(source: string, at: number): number {
  for (let quote = source.indexOf('"', at + 1); quote !== -1; quote = source.indexOf('"', quote + 1)) {
    let escapes = quote;
    while (source.charCodeAt(escapes - 1) === BACKSLASH) escapes--;
    if ((quote - escapes) % 2 === 0) return quote + 1;
  }
  return source.length;
}

/** The string's characters; undefined where they are not written as JSON wants them. */
function decoded(source: string, start: number, end: number): string | undefined {
  const inside = source.slice(start + 1, end - 1);
  if (!inside.includes('\\')) return inside;
  try {
    return JSON.parse(source.slice(start, end)) as string;
  } catch {
    return undefined;
  }
}
