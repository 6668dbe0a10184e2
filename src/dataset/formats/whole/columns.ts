import { isJsonObject, type JsonObject } from '../reading';
import { readExample } from '../read-example';
import type { WholeFile } from './whole';

/** So many of a table's first rows are looked at. */
const LOOKED_AT = 16;

/** Tables that pandas or datasets wrote by columns, by index, or as lists of cells. */
export function columnTables(value: unknown): WholeFile | undefined {
  if (Array.isArray(value)) return cellLists(value);
  if (!isJsonObject(value)) return undefined;
  const { columns, data } = value;
  if (Array.isArray(columns) && Array.isArray(data))
    return named("a table that pandas wrote with orient='split'", zipped(columns, data));
  const items = Object.values(value);
  const oneColumn = items.length === 1 && Array.isArray(items[0]) && items[0].every(Array.isArray);
  if ((items.length > 1 || oneColumn) && items.every(Array.isArray)) {
    return named(
      'a table by columns, each a list',
      byColumns(
        value,
        ([...items] as unknown[][]).map(({ length }) => length),
      ),
    );
  }
  if (items.length === 0 || !items.every(isJsonObject)) return undefined;
  const allExamples = items.slice(0, LOOKED_AT).every((item) => readExample(item) !== undefined);
  const byIndex = allExamples ? named("a table that pandas wrote with orient='index'", items) : undefined;
  if (byIndex !== undefined) return byIndex;
  return named("a table that pandas wrote by columns, as to_json does unless told orient='records'", byKeys(value));
}

/** The rows, where the first is an example. */
function named(name: string, rows: readonly JsonObject[]): WholeFile | undefined {
  return readExample(rows[0]) === undefined ? undefined : { name, rows };
}

function zipped(names: readonly unknown[], rows: readonly unknown[]): JsonObject[] {
  return rows
    .filter((row): row is unknown[] => Array.isArray(row))
    .map((row) => Object.fromEntries(names.map((name, at) => [String(name), row[at]])));
}

function byColumns(columns: JsonObject, lengths: readonly number[]): JsonObject[] {
  if (new Set(lengths).size !== 1) return [];
  const lists = Object.entries(columns) as [string, unknown[]][];
  return Array.from({ length: lengths[0]! }, (_, at) =>
    Object.fromEntries(lists.map(([name, cells]) => [name, cells[at]])),
  );
}

function byKeys(columns: JsonObject): JsonObject[] {
  const entries = Object.entries(columns) as [string, JsonObject][];
  return Object.keys(entries[0]![1]).map((key) =>
    Object.fromEntries(entries.map(([name, cells]) => [name, cells[key]])),
  );
}

/** Lists of cells, the first of them the names of the columns; or pairs of a question and its answer. */
function cellLists(rows: readonly unknown[]): WholeFile | undefined {
  if (rows.length === 0 || !rows.every(Array.isArray)) return undefined;
  const [header, ...rest] = rows as readonly (readonly unknown[])[];
  const withHeader = named('lists of cells under a header', zipped(header!, rest));
  if (withHeader !== undefined) return withHeader;
  const pairs = rows.every((row) => row.length === 2 && row.every((cell) => typeof cell === 'string'));
  return pairs ? { name: 'pairs of a question and its answer', rows: zipped(['question', 'answer'], rows) } : undefined;
}
