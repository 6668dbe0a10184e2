import type { Node } from 'jsonc-parser';
import { OUR_COLUMNS, type Columns } from '../columns';
import type { Fix } from '../finding';
import { quoted } from '../json/mistakes';
import type { Parsed, ParsedElement } from '../json/parsed';
import { readRecord, type Cell, type CsvRecord, type QuoteSearch } from './csv-record';
import { KIND_NAMES, REQUIRED_KEYS } from './kind';
import { kindOfColumns } from './majority-kind';
import { nearKey } from './near-key';
import { readExample } from './read-example';
import { columnNames, holdsRecords, isEmpty, unnamedColumns } from './table-padding';
import { readTabRecord } from './tab-record';

/** A record of a table, as the object that its header row makes of it. */
export interface ParsedRecord extends ParsedElement {
  /** The record as a JSON tree: the nodes of keys and values lie on the cells, at offsets of `source`. */
  readonly tree: () => Node;
}

/** A record longer than this many UTF-16 units is refused: a quote was never closed. */
const MAX_RECORD = 64 * 1024 * 1024;
const MOST_QUOTE_SEARCH = 64 * 1024 * 1024;
/** Excel's own way to name the delimiter, in a line before the header. */
const SEPARATOR = /^sep=(.)(?:\r\n?|\n)/i;

/** Reads a table piece by piece, as DatasetParser reads JSON: its first row names the columns, each further row is an example. */
export class CsvParser {
  private text = '';
  /** Offset in the file of text[0]. */
  private offset = 0;
  private at = 0;
  private wanted = 0;
  private final = false;
  private done = false;
  private delimiter: string | undefined;
  private columns: readonly string[] | undefined;
  /** The header's cells are in quotes. */
  private allQuoted = false;
  private readonly search: QuoteSearch = { left: MOST_QUOTE_SEARCH };
  /** Where the header's text begins, and Excel's line before it. */
  private headerStart: number | undefined;
  private emptyRows = 0;
  private kept = new Set<string>();
  private headerSource = '';
  private headerCells: readonly Cell[] = [];
  private records = 0;
  private mistakes = 0;

  constructor(
    private readonly emit: (parsed: Parsed | ParsedRecord) => void,
    readonly format: 'csv' | 'tsv',
    private readonly ourNames: Columns = OUR_COLUMNS,
  ) {}

  get held(): { readonly text: string; readonly offset: number } {
    return { text: this.text, offset: this.offset };
  }

  get stopped(): boolean {
    return this.done;
  }

  /** Reads nothing more, also where it is called out of `emit`. */
  stop(): void {
    this.done = true;
  }

  /** The header row as it stands in the file, without its line end. */
  get header(): string {
    return this.headerSource;
  }

  /** The cells of the header row, at offsets of the text that was pushed. */
  get names(): readonly Cell[] {
    return this.headerCells;
  }

  /** File offset before which the parser needs nothing any more. */
  get settled(): number {
    return this.offset + this.at;
  }

  push(chunk: string): void {
    if (this.done) return;
    this.text += chunk;
    if (this.text.length >= this.wanted) this.advance();
  }

  finish(): void {
    if (this.done) return;
    this.final = true;
    this.advance();
    if (this.stopped) return;
    if (this.columns === undefined) {
      this.report(
        'empty-file',
        0,
        0,
        'the file is empty - write a row that names the columns, then one row per example',
      );
    } else if (this.records === 0 && this.mistakes === 0) {
      this.report('empty-file', this.at, this.at, 'no example follows the header - write at least one');
    }
    this.done = true;
  }

  release(upTo: number): void {
    const from = Math.max(0, Math.min(upTo, this.settled) - this.offset);
    if (from === 0) return;
    this.text = this.text.slice(from);
    this.offset += from;
    this.at -= from;
  }

  private advance(): void {
    this.wanted = 0;
    while (!this.stopped && this.at < this.text.length) {
      this.delimiter ??= this.findDelimiter();
      if (this.delimiter === undefined) return;
      const record = this.read(this.delimiter);
      if (record === undefined) {
        const length = this.text.length - this.at;
        if (length >= MAX_RECORD) {
          const message = `this row is longer than ${MAX_RECORD / 1024 / 1024} million characters - close its quotes`;
          this.report('too-long', this.at, this.at + 1, message);
          this.done = true;
        }
        this.wanted = this.at + length * 2;
        return;
      }
      this.take(record);
    }
  }

  private read(delimiter: string): CsvRecord | undefined {
    const { text, at, final, search, columns, allQuoted } = this;
    if (delimiter !== '\t') return readRecord(text, at, delimiter, final, search);
    return readTabRecord(text, at, { columns: columns?.length, allQuoted }, final, search);
  }

  /** A .tsv has tabs; a .csv commas, or what spreadsheets of many countries write: semicolons. */
  private findDelimiter(): string | undefined {
    const rest = this.text.slice(this.at);
    const line = /^[^\r\n]*(?=[\r\n])/.exec(rest.replace(/^[\r\n]+/, ''))?.[0];
    if (line === undefined && !this.final) return undefined;
    const named = SEPARATOR.exec(rest);
    if (named !== null) {
      if (!this.final && named[0].length === rest.length) return undefined;
      this.headerStart = this.at;
      this.at += named[0].length;
      return named[1];
    }
    if (this.format === 'tsv') return '\t';
    const unquoted = (line ?? this.text).replaceAll(/"[^"]*"/g, '');
    const count = (c: string): number => unquoted.split(c).length;
    return [',', ';', '\t', '|'].reduce((best, c) => (count(c) > count(best) ? c : best));
  }

  private take(record: CsvRecord): void {
    const start = this.at;
    if (record.mistake === undefined && isEmpty(record.cells)) {
      if (record.cells.length > 1) this.emptyRow(record);
    } else if (record.mistake !== undefined) {
      const { rule, start: from, end, message } = record.mistake;
      this.report(rule, from, end, message);
      if (this.columns === undefined) this.done = true;
      else this.records++;
    } else if (this.columns === undefined) {
      this.headerSource = this.text.slice(this.headerStart ?? start, record.end);
      this.headerCells = record.cells;
      this.readHeader(record.cells);
    } else {
      this.readExample(record, this.columns);
    }
    this.at = record.next;
  }

  /** Spreadsheets fill a table up with rows of nothing: said once. */
  private emptyRow({ end }: CsvRecord): void {
    if (this.columns === undefined || this.emptyRows++ > 0) return;
    this.warn('csv-columns', this.at, end, 'a row of empty cells is skipped, as are others like it', 'info');
  }

  private readHeader(cells: readonly Cell[]): void {
    const names = columnNames(cells, this.ourNames);
    const kind = kindOfColumns(names);
    const required = REQUIRED_KEYS[kind];
    const stop = (rule: string, start: number, end: number, message: string): void => {
      this.report(rule, start, end, message);
      this.done = true;
    };
    const seen = new Set<string>();
    for (const [at, cell] of cells.entries()) {
      const name = names[at]!;
      if (name === '' || !seen.has(name)) {
        seen.add(name);
        continue;
      }
      stop('csv-header', cell.start, cell.end, `the column ${quoted(name)} appears twice - rename or remove one`);
      return;
    }
    if ((kind === 'messages' || kind === 'sharegpt') && names.includes(required[0]!)) {
      const reason = `${KIND_NAMES[kind]} needs lists of turns, which a table cannot hold`;
      stop('csv-header', cells[0]!.start, cells.at(-1)!.end, `${reason} - write the file as JSON or JSONL`);
      return;
    }
    const unnamed = unnamedColumns(cells, names);
    if (unnamed !== undefined) this.warn('csv-header', unnamed.start, unnamed.end, unnamed.message, 'warning');
    // Other names may stand for them, as in JSON.
    const absent = isExample(names) ? [] : required.filter((key) => !names.includes(key));
    for (const key of absent) {
      const at = names.findIndex((name) => !required.includes(name) && nearKey(name, absent) === key);
      if (at === -1) {
        const reason = `the first row must name the columns, and "${key}" is missing`;
        const remedy = required.every((one) => absent.includes(one))
          ? `for example, write ${required.join(this.delimiter)}`
          : `rename the column that holds it, or name that one under "columns" in the configuration`;
        stop('missing-key', cells[0]!.start, cells.at(-1)!.end, `${reason} - ${remedy}`);
      } else {
        const message = `the column ${quoted(names[at]!)} is not known - did you mean "${key}"?`;
        stop('misspelt-key', cells[at]!.start, cells[at]!.end, message);
      }
    }
    const needed = absent.length > 0 ? [] : names.filter((name) => !isExample(names.filter((one) => one !== name)));
    this.kept = new Set([...required, ...needed, 'input']);
    this.columns = names;
    this.allQuoted = cells.some(({ start, end }) => end > start && this.text[start] === '"');
  }

  private readExample({ cells, end, next }: CsvRecord, columns: readonly string[]): void {
    this.records++;
    const start = this.at;
    if (
      cells.length === columns.length &&
      columnNames(cells, this.ourNames).every((name, at) => name === columns[at])
    ) {
      this.warn('csv-header', start, end, 'the header is repeated here and skipped - remove the row', 'warning', [
        this.deletion(next),
      ]);
      return;
    }
    // What is more and empty is padding.
    if (cells.length < columns.length || !isEmpty(cells.slice(columns.length))) {
      const few = cells.length < columns.length;
      const reason = `the row has ${cells.length} cell${cells.length === 1 ? '' : 's'}, the header names ${columns.length}`;
      const remedy = few
        ? 'write the missing ones, empty if necessary'
        : 'put a text that holds the delimiter in quotes';
      const from = few ? start : cells[columns.length]!.start;
      this.report('csv-columns', from, end, `${reason} - ${remedy}`, [this.deletion(next)]);
      return;
    }
    for (const cell of cells) {
      if (this.delimiter === '\t' || !holdsRecords(cell.value, this.delimiter!, columns.length)) continue;
      const message = `this cell contains line breaks and what looks like more rows: a stray quote may be the reason - if the quote is part of the text, write it twice and put the cell in quotes`;
      this.warn('csv-columns', cell.start, cell.end, message, 'warning');
    }
    // An empty cell says that there is nothing, except where a text must be.
    const filled = columns.flatMap((name, at) =>
      name !== '' && (cells[at]!.value !== '' || this.kept.has(name)) ? [[name, cells[at]!] as const] : [],
    );
    const source = this.text.slice(start, end);
    this.emit({
      type: 'element',
      start: this.offset + start,
      end: this.offset + end,
      source,
      value: Object.fromEntries(filled.map(([name, cell]) => [name, cell.value])),
      repeatedKeys: false,
      tree: () => treeOf(filled, start, source.length),
    });
  }

  /** Takes the row that begins here out of the file. @param next where the one after it begins */
  private deletion(next: number): Fix {
    const edit = { start: this.offset + this.at, end: this.offset + next, text: '' };
    return { title: 'Delete this row', edits: [edit], safe: false };
  }

  private warn(
    rule: string,
    start: number,
    end: number,
    message: string,
    severity: 'warning' | 'info',
    fixes: readonly Fix[] = [],
  ): void {
    this.emit({ type: 'mistake', rule, start: this.offset + start, end: this.offset + end, message, severity, fixes });
  }

  private report(rule: string, start: number, end: number, message: string, fixes: readonly Fix[] = []): void {
    this.emit({ type: 'mistake', rule, start: this.offset + start, end: this.offset + end, message, fixes });
    this.mistakes++;
  }
}

/** Whether rows with these columns are examples. */
function isExample(columns: readonly string[]): boolean {
  return (
    readExample(Object.fromEntries(columns.filter((name) => name !== '').map((name) => [name, 'x']))) !== undefined
  );
}

function treeOf(filled: readonly (readonly [string, Cell])[], base: number, length: number): Node {
  const children = filled.map(([name, cell]): Node => {
    const place = { offset: cell.start - base, length: cell.end - cell.start };
    const texts: Node[] = [name, cell.value].map((value) => ({ type: 'string', value, ...place }));
    return { type: 'property', ...place, children: texts };
  });
  return { type: 'object', offset: 0, length, children };
}
