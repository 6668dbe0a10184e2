/** One string of an array and the offset of its opening quote, or the first thing that is wrong. */
export type JsonString = { readonly text: string; readonly offset: number };

export class NotStrings extends Error {
  constructor(
    reason: string,
    readonly offset: number,
  ) {
    super(reason);
  }
}

function afterSpace(text: string, at: number): number {
  const space = /[ \t\r\n]*/y;
  space.lastIndex = at;
  space.test(text);
  return space.lastIndex;
}

/** The offset after the closing quote of the string that opens at `open`. */
function stringEnd(text: string, open: number, item: string): number {
  for (let at = open + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '"') return at + 1;
    if (character === '\n') break;
    if (character === '\\') at++;
  }
  throw new NotStrings(`${item} has no closing quote on its line`, open);
}

function parseString(text: string, open: number, end: number, item: string): string {
  try {
    return JSON.parse(text.slice(open, end)) as string;
  } catch {
    throw new NotStrings(`${item} is not a valid JSON string (a tab or a backslash must be escaped)`, open);
  }
}

/**
 * The strings of a JSON array of nothing else, strictly. It never looks into a value that is no string, so nesting costs nothing.
 *
 * @throws NotStrings with the reason and the offset in `text`
 */
export function parseJsonStrings(text: string): JsonString[] {
  const strings: JsonString[] = [];
  let at = afterSpace(text, 0);
  if (at === text.length) throw new NotStrings('is empty', at);
  if (text[at] !== '[') throw new NotStrings('does not start with [', at);
  at = afterSpace(text, at + 1);
  while (text[at] !== ']' || strings.length > 0) {
    const item = `item ${strings.length + 1}`;
    if (at === text.length) throw new NotStrings('is cut off: the closing ] is missing', at);
    if (text[at] === ']') throw new NotStrings('a comma before ] is not allowed in JSON', at);
    if (text[at] !== '"') throw new NotStrings(`${item} is not a string`, at);
    const end = stringEnd(text, at, item);
    strings.push({ text: parseString(text, at, end, item), offset: at });
    at = afterSpace(text, end);
    if (text[at] === ']') break;
    if (at === text.length) throw new NotStrings('is cut off: the closing ] is missing', at);
    if (text[at] !== ',') throw new NotStrings(`expected , or ] after ${item}; is a quote inside it not escaped?`, at);
    at = afterSpace(text, at + 1);
  }
  at = afterSpace(text, at + 1);
  if (at < text.length) throw new NotStrings('holds something after the closing ]', at);
  return strings;
}
