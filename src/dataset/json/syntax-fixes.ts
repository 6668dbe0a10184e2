import type { Fix, TextEdit } from '../finding';

/** Removes the characters [start, end). */
export function removal(title: string, start: number, end: number, safe: boolean): Fix {
  return { title, edits: [{ start, end, text: '' }], safe };
}

/** Writes `text` for the characters [start, end), or between two where they are equal. */
export function replacement(title: string, start: number, end: number, text: string, safe: boolean): Fix {
  return { title, edits: [{ start, end, text }], safe };
}

/** Removes a comment, with its line where it has one for itself. */
export function commentFix(text: string, start: number, end: number): Fix {
  let from = start;
  while (from > 0 && (text[from - 1] === ' ' || text[from - 1] === '\t')) from--;
  const alone = (from === 0 || text[from - 1] === '\n') && /^[ \t]*(?:\r?\n|$)/.test(text.slice(end, end + 200));
  const lineEnd = alone ? end + /^[ \t]*(?:\r?\n)?/.exec(text.slice(end, end + 200))![0].length : end;
  // At the end of a line the white space before it goes as well; within a line one space stays.
  const trailing = /^[ \t]*(?:\r?\n|$)/.test(text.slice(end, end + 200));
  return removal('Remove the comment', alone || trailing ? from : start, lineEnd, true);
}

/** Where a quote without its backslash stands in [from, to): each is given one. */
export function quoteEscapes(text: string, from: number, to: number): TextEdit[] {
  const edits: TextEdit[] = [];
  for (let i = from; i < to; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') edits.push({ start: i, end: i, text: '\\' });
  }
  return edits;
}

/** Double quotes for the ones around the text [start, end), its own quotes rewritten to match. */
export function requoted(text: string, start: number, end: number): TextEdit[] {
  const edits: TextEdit[] = [{ start, end: start + 1, text: '"' }];
  for (let i = start + 1; i < end - 1; i++) {
    if (text[i] === '\\') {
      if (text[i + 1] === "'") edits.push({ start: i, end: i + 1, text: '' });
      i++;
    } else if (text[i] === '"') edits.push({ start: i, end: i, text: '\\' });
  }
  if (text[end - 1] !== '"') edits.push({ start: end - 1, end, text: '"' });
  return edits;
}

/** Quotes around the text [start, end), which may have its closing one. */
export function quotedFix(text: string, start: number, end: number): Fix {
  const closed = end > start + 1 && text[end - 1] === '"';
  const edits = [
    { start, end: start, text: '"' },
    ...quoteEscapes(text, start, closed ? end - 1 : end),
    ...(closed ? [] : [{ start: end, end, text: '"' }]),
  ];
  return { title: 'Put it in double quotes', edits, safe: false };
}

/** What an unfinished value lacks. */
export interface Unfinished {
  /** Ended inside a text. */
  readonly inText: boolean;
  /** What should have come next; after the text where it ended inside one. */
  readonly expected: 'value' | 'valueOrClose' | 'key' | 'keyOrClose' | 'colon' | 'commaOrClose';
  /** Open brackets, outermost first: true for an array. */
  readonly arrays: readonly boolean[];
  /** Offset of the last comma where nothing stands after it, else -1. */
  readonly lastComma: number;
}

/** Closes what is open at `end`, so that all that is there is kept. */
export function closingEdits(text: string, end: number, unfinished: Unfinished): TextEdit[] {
  const { inText, expected, arrays, lastComma } = unfinished;
  const edits: TextEdit[] = [];
  const inArray = arrays.at(-1) === true;
  let from = end;
  let closing = inText ? '"' : '';
  if (inText) {
    // A backslash or \u without what follows it means nothing.
    const tail = /\\+(?:u[0-9a-fA-F]{0,3})?$/.exec(text.slice(Math.max(0, end - 200), end))?.[0];
    const slashes = /^\\+/.exec(tail ?? '')?.[0].length ?? 0;
    if (tail !== undefined && slashes % 2 === 1) from = end - (tail.length - slashes + 1);
  } else if (lastComma >= 0) {
    edits.push({ start: lastComma, end: lastComma + 1, text: '' });
  }
  if (expected === 'colon') closing += ': ""';
  else if (expected === 'value' && !inArray && !(lastComma >= 0)) closing += '""';
  return [...edits, { start: from, end, text: closing + closingBrackets(text, end, arrays) }];
}

/** So many characters before the end are searched for the lines that opened the brackets. */
const OPENERS = 65_536;

/** The closing brackets, innermost first: each on a line of its own where its opening one ended a line. */
function closingBrackets(text: string, end: number, arrays: readonly boolean[]): string {
  const lines = text.slice(Math.max(0, end - OPENERS), end).split('\n');
  let line = lines.length - 1;
  let closing = '';
  for (let depth = arrays.length - 1; depth >= 0; depth--) {
    const array = arrays[depth]!;
    const indent = indentOf(lines[line]!);
    const opener = lines.findLastIndex((other, at) => {
      return at < line && other.trim() !== '' && indentOf(other).length < indent.length;
    });
    if (opener < 0) return closing + sameLine(arrays.slice(0, depth + 1));
    if (lines[opener]!.trimEnd().endsWith(array ? '[' : '{')) {
      closing += (lines[opener]!.endsWith('\r') ? '\r\n' : '\n') + indentOf(lines[opener]!);
      line = opener;
    }
    closing += array ? ']' : '}';
  }
  return closing;
}

function sameLine(arrays: readonly boolean[]): string {
  return arrays
    .toReversed()
    .map((array) => (array ? ']' : '}'))
    .join('');
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)![0];
}
