import { createReadStream } from 'node:fs';
import type { Columns } from '../../dataset/columns';
import { CsvParser } from '../../dataset/formats/csv-parser';
import type { Parsed } from '../../dataset/json/parsed';

/** How many examples a table has: its rows after the header, but for those that are empty or cannot be read. @param columns its names for ours */
export async function countTableRows(file: string, format: 'csv' | 'tsv', columns: Columns): Promise<number> {
  let count = 0;
  const add = ({ type }: Parsed): void => {
    if (type === 'element') count++;
  };
  const parser = new CsvParser(add, format, columns);
  let started = false;
  for await (const piece of createReadStream(file, { encoding: 'utf8' }) as AsyncIterable<string>) {
    parser.push(started ? piece : piece.replace(/^\uFEFF/, ''));
    started = true;
    parser.release(parser.settled);
  }
  parser.finish();
  return count;
}
