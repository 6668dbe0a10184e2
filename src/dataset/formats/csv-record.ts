/** One cell of a record, at offsets of the text it was read from. */
export interface Cell {
  readonly start: number;
  /** After the last character, quotes included. */
  readonly end: number;
  readonly value: string;
}

/** A quote that does not fit RFC 4180. */
export interface QuoteMistake {
  readonly rule: 'unescaped-quote' | 'unclosed-text';
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

export interface CsvRecord {
  readonly cells: readonly Cell[];
  /** After the last cell. */
  readonly end: number;
  /** After the line end. */
  readonly next: number;
  readonly mistake?: QuoteMistake;
}

/**
 * How many UTF-16 units may still be searched, in one file, for the end of cells whose quotes do not fit: where each line of a file opens a
 * quote that nothing closes, the search would otherwise go through the whole rest of the file for each.
 */
export interface QuoteSearch {
  left: number;
}

/**
 * Reads the record that begins at `at`. RFC 4180: cells between delimiters; a cell in double quotes may hold delimiters, line ends,
 * and quotes written twice. Line ends are \n, \r\n, and \r alone. A quote within a cell that does not begin with one is itself.
 * @param final no more text follows
 * @returns undefined where more text is needed
 */
export function readRecord(
  text: string,
  at: number,
  delimiter: string,
  final: boolean,
  search: QuoteSearch,
): CsvRecord | undefined {
  const cells: Cell[] = [];
  let mistake: QuoteMistake | undefined;
  let position = at;
  for (;;) {
    let cell: Cell;
    if (text[position] === '"') {
      const quoted = readQuoted(text, position, delimiter, final, search);
      if (quoted === undefined) return undefined;
      cell = quoted.cell;
      mistake ??= quoted.mistake;
    } else {
      let end = position;
      while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
      cell = { start: position, end, value: text.slice(position, end) };
    }
    cells.push(cell);
    const { end } = cell;
    if (text[end] === delimiter) {
      position = end + 1;
      continue;
    }
    // What follows a \r at the end of the held text decides whether it is one line end or two.
    if (!final && (end >= text.length || (text[end] === '\r' && end + 1 >= text.length))) return undefined;
    const lineEnd = end >= text.length ? 0 : text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1;
    return { cells, end, next: end + lineEnd, ...(mistake === undefined ? {} : { mistake }) };
  }
}

function readQuoted(
  text: string,
  start: number,
  delimiter: string,
  final: boolean,
  search: QuoteSearch,
): { readonly cell: Cell; readonly mistake?: QuoteMistake } | undefined {
  let first: number | undefined;
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (first !== undefined) search.left -= (quote === -1 ? text.length : quote) - from + 1;
    if (quote === -1 || search.left <= 0) {
      if (!final && search.left > 0) return undefined;
      const end = lineEndFrom(text, start);
      const message = 'the quote that opens this cell is never closed - write " at the cell\'s end';
      const mistake: QuoteMistake = { rule: 'unclosed-text', start, end, message };
      return { cell: { start, end, value: text.slice(start + 1, end) }, mistake };
    }
    if (quote + 1 >= text.length && !final) return undefined;
    const after = text[quote + 1];
    if (after === '"') {
      from = quote + 2;
    } else if (after === undefined || after === delimiter || after === '\n' || after === '\r') {
      const cell = { start, end: quote + 1, value: text.slice(start + 1, quote).replaceAll('""', '"') };
      if (first === undefined) return { cell };
      const message = 'a quote inside a quoted cell must be written twice - write ""';
      return { cell, mistake: { rule: 'unescaped-quote', start: first, end: first + 1, message } };
    } else {
      first ??= quote;
      from = quote + 1;
    }
  }
}

function lineEndFrom(text: string, at: number): number {
  const found = /[\r\n]/g;
  found.lastIndex = at;
  return found.exec(text)?.index ?? text.length;
}
