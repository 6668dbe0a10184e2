/** A point of a text: its UTF-16 offset, its 0-based line, and the offset at which that line starts. */
export interface Cursor {
  readonly offset: number;
  readonly line: number;
  readonly lineStart: number;
}

export const TEXT_START: Cursor = { offset: 0, line: 0, lineStart: 0 };

const LONE_CR = /\r(?!\n)/;

/**
 * The cursor moved forward to `offset`. Lines end as in VS Code: \n, \r\n, and \r alone.
 * @param text the part of the file that is held, from `base` on; it holds everything between the cursor and `offset`
 */
export function advance(cursor: Cursor, text: string, base: number, offset: number): Cursor {
  // A slice bounds the searches: the rest of the held text may be many megabytes without a line end.
  const part = text.slice(cursor.offset - base, offset - base);
  let { line, lineStart } = cursor;
  if (part.includes('\r') && LONE_CR.test(text.slice(cursor.offset - base, offset - base + 1))) {
    for (let i = cursor.offset - base; i < offset - base; i++) {
      const c = text.charCodeAt(i);
      if (c !== 10 && (c !== 13 || text.charCodeAt(i + 1) === 10)) continue;
      line++;
      lineStart = base + i + 1;
    }
    return { offset, line, lineStart };
  }
  for (let n = part.indexOf('\n'); n !== -1; n = part.indexOf('\n', n + 1)) {
    line++;
    lineStart = cursor.offset + n + 1;
  }
  return { offset, line, lineStart };
}

/** 1-based column of a cursor. */
export function columnOf(cursor: Cursor): number {
  return cursor.offset - cursor.lineStart + 1;
}
