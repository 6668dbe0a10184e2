import { readRecord, type Cell, type CsvRecord, type QuoteSearch } from './csv-record';

/** A cell that is longer, line ends included, is not looked for: the quote that seems to open it is text. */
const LONGEST_CELL = 1024 * 1024;

interface Line {
  readonly cells: readonly Cell[];
  readonly end: number;
  readonly next: number;
}

/**
 * Reads the record of a table with tabs that begins at `at`. Google's spreadsheets and databases write one a line, and quotes are text;
 * Excel and pandas put a cell in quotes where it holds a tab, a line end or a quote, and write its quotes twice; others put all cells in
 * quotes. A cell is taken out of its quotes where only a program can have put it in: where it holds what needs them, or where the
 * header's cells are in quotes too.
 * @param columns how many cells the header has; undefined where this is the header
 * @param allQuoted the header's cells are in quotes
 * @returns undefined where more text is needed
 */
export function readTabRecord(
  text: string,
  at: number,
  { columns, allQuoted }: { readonly columns: number | undefined; readonly allQuoted: boolean },
  final: boolean,
  search: QuoteSearch,
): CsvRecord | undefined {
  const line = readLine(text, at, final);
  if (line === undefined) return undefined;
  const plain = { ...line, cells: line.cells.map((cell) => unquoted(cell, allQuoted || columns === undefined)) };
  if (columns === undefined || !line.cells.some((cell) => opensQuote(cell.value))) return plain;
  if (line.cells.length === columns) {
    if (!opensQuote(line.cells.at(-1)!.value)) return plain;
    // The last cell may go on in the next line, unless that is a record by itself.
    const next = readLine(text, line.next, final);
    if (next === undefined) return undefined;
    if (next.cells.length === columns || line.next >= text.length) return plain;
  }
  const window = text.length - at > LONGEST_CELL ? text.slice(at, at + LONGEST_CELL) : undefined;
  const quoted = readRecord(window ?? text, window === undefined ? at : 0, '\t', final || window !== undefined, search);
  if (quoted === undefined) return undefined;
  const fits = quoted.mistake === undefined && quoted.cells.length === columns;
  return fits ? (window === undefined ? quoted : moved(quoted, at)) : plain;
}

function readLine(text: string, at: number, final: boolean): Line | undefined {
  const cells: Cell[] = [];
  let start = at;
  for (let end = at; ; end++) {
    const c = text.charCodeAt(end);
    if (c !== 9 && c !== 10 && c !== 13 && end < text.length) continue;
    cells.push({ start, end, value: text.slice(start, end) });
    start = end + 1;
    if (c === 9) continue;
    // What follows a \r at the end of the held text decides whether it is one line end or two.
    if (!final && (end >= text.length || (c === 13 && end + 1 >= text.length))) return undefined;
    const lineEnd = end >= text.length ? 0 : c === 13 && text[end + 1] === '\n' ? 2 : 1;
    return { cells, end, next: end + lineEnd };
  }
}

/** Whether a cell of a line begins with a quote that the line does not close. */
function opensQuote(value: string): boolean {
  if (!value.startsWith('"')) return false;
  const quotes = value.length - value.replaceAll('"', '').length;
  return quotes % 2 === 1 || !value.endsWith('"');
}

function unquoted(cell: Cell, always: boolean): Cell {
  const { value } = cell;
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return cell;
  const inner = value.slice(1, -1);
  const written = inner.replaceAll('""', '');
  if (written.includes('"') || (!always && written.length === inner.length)) return cell;
  return { ...cell, value: inner.replaceAll('""', '"') };
}

function moved({ cells, end, next }: CsvRecord, by: number): CsvRecord {
  return {
    cells: cells.map((cell) => ({ ...cell, start: cell.start + by, end: cell.end + by })),
    end: end + by,
    next: next + by,
  };
}
