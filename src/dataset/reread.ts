import { byOurNames, type Columns } from './columns';
import type { DatasetExample, DatasetFormat } from './example';
import { adaptExample } from './formats/adapt';
import { CsvParser, type ParsedRecord } from './formats/csv-parser';
import type { DatasetKind } from './formats/kind';
import { readExample } from './formats/read-example';
import { withExactTools } from './formats/tool-turns';
import type { RuleSubject } from './rule';
import { subjectOf } from './subject';

/** What of its file an example needs to be read again on its own. */
export interface ExampleContext {
  readonly file: string;
  readonly format: DatasetFormat;
  readonly kind: DatasetKind;
  /** The row that names a table's columns; empty where the file is no table. */
  readonly header: string;
  readonly columns: Columns;
}

export interface RereadExample {
  readonly subject: RuleSubject;
  /** The object as its kind wants it. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** It is a table's record. */
  readonly table: boolean;
}

/**
 * Reads an example again from its source: who keeps places holds no values.
 * @param place index, line, column and offsets for the example; all of it that is returned is within `source`
 * @throws Error where the source is no valid example of the context
 */
export function rereadExample(
  { file, format, kind, header, columns }: ExampleContext,
  source: string,
  place: Omit<DatasetExample, 'value' | 'history' | 'thoughts' | 'tools' | 'turns'>,
): RereadExample {
  const record = format === 'csv' || format === 'tsv' ? readRecord(format, header, source, columns) : undefined;
  const value: unknown = record?.value ?? byOurNames(JSON.parse(source), columns);
  const reading = readExample(value);
  if (reading?.kind !== kind) throw new Error('the source is no example of its file');
  const exact = record === undefined ? withExactTools(reading.value, source, columns, readExample) : reading.value;
  const example: DatasetExample = { ...place, ...adaptExample(kind, reading.value, columns, exact) };
  const form = { columns, ...(record === undefined ? {} : { table: record.tree }) };
  const subject = subjectOf(file, example, source, reading, form);
  return { subject, raw: reading.value, table: record !== undefined };
}

function readRecord(format: 'csv' | 'tsv', header: string, source: string, columns: Columns): ParsedRecord {
  const found: ParsedRecord[] = [];
  const parser = new CsvParser(
    (parsed) => {
      if ('tree' in parsed) found.push(parsed);
    },
    format,
    columns,
  );
  parser.push(`${header}\n${source}`);
  parser.finish();
  if (found[0] === undefined) throw new Error('the record is not one of the table');
  return found[0];
}
