import { ourColumnNames, type Columns } from '../columns';
import type { Cell } from './csv-record';
import { KINDS, REQUIRED_KEYS } from './kind';

// What spreadsheets and other programs put around a table's content.

const KNOWN_NAMES: ReadonlyMap<string, string> = new Map(
  [...KINDS.flatMap((kind) => REQUIRED_KEYS[kind]), 'response', 'answers', 'context', 'input', 'system', 'agency'].map(
    (name) => [name, name],
  ),
);

/** The names of a header's cells, by ours where `columns` says so; those of formats however they are capitalised, '' where there is none. */
export function columnNames(cells: readonly Cell[], columns: Columns): readonly string[] {
  const written = cells.map(({ value }) => value.trim());
  return ourColumnNames(written, columns).map((name, at) => {
    const meant = name !== written[at] || name === columns.category;
    return meant ? name : (KNOWN_NAMES.get(name.toLowerCase()) ?? name);
  });
}

export function isEmpty(cells: readonly Cell[]): boolean {
  return cells.every(({ value }) => value.trim() === '');
}

/** What is said of columns without a name, which are left out; undefined where all have one. */
export function unnamedColumns(
  cells: readonly Cell[],
  names: readonly string[],
): { readonly start: number; readonly end: number; readonly message: string } | undefined {
  const first = names.indexOf('');
  if (first === -1) return undefined;
  const count = names.filter((name) => name === '').length;
  const place = { start: cells[first]!.start, end: cells[names.lastIndexOf('')]!.end };
  if (first === 0 && count === 1) {
    const message =
      'the first column has no name and is left out: pandas writes its index like this, unless index=False is given';
    return { ...place, message };
  }
  const which = count === 1 ? `column ${first + 1} has no name and is` : `${count} columns have no name and are`;
  return { ...place, message: `${which} left out - name what should be kept, remove the rest` };
}

/** Whether the lines of a cell's text after the first look like rows of the table. */
export function holdsRecords(text: string, delimiter: string, columns: number): boolean {
  if (!text.includes('\n') && !text.includes('\r')) return false;
  const [, ...further] = text.split(/\r\n?|\n/);
  const counts = further.map((line) => line.split(delimiter).length);
  const last = counts.pop()!;
  return last > 1 && last <= columns && counts.every((count) => count === columns);
}
