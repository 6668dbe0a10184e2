import { parseTree, type Node } from 'jsonc-parser';
import { DatasetChecker } from './check';
import type { TextEdit } from './finding';
import { CsvParser } from './formats/csv-parser';
import type { Cell } from './formats/csv-record';
import { tableFormat } from './formats/table-file';
import { ANSWERED, ASKED } from './schema';

/** So many elements at the start tell the keys of a file. */
const LOOKED_AT = 16;

/** The keys of a file's first examples that hold texts, as they are written, commonest first; of a table the names of its columns. */
export function textKeys(file: string, text: string): string[] {
  const names = namesOfColumns(file, text)?.map(({ value }) => value.trim());
  if (names !== undefined) return [...new Set(names)].filter((name) => name !== '');
  const counts = new Map<string, number>();
  let seen = 0;
  for (const object of objectsIn(file, text)) {
    if (++seen > LOOKED_AT) break;
    for (const { key, value } of object) {
      if (value.type === 'string') counts.set(key.value as string, (counts.get(key.value as string) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([key]) => key);
}

/** The keys in the order in which they may be meant: those that other programs call it by first. */
export function likeliest(keys: readonly string[], ours: 'question' | 'answer'): string[] {
  const known = ours === 'question' ? ASKED : ANSWERED;
  const rank = (key: string): number => {
    const at = known.indexOf(key.toLowerCase());
    return at === -1 ? known.length : at;
  };
  return keys.toSorted((a, b) => rank(a) - rank(b));
}

/** The edits that give keys of all examples other names, their texts as they are. @param names from the file's to the new ones */
export function renameEdits(file: string, text: string, names: ReadonlyMap<string, string>): TextEdit[] {
  const cells = namesOfColumns(file, text);
  if (cells !== undefined) {
    return cells.flatMap(({ start, end, value }) => {
      const name = names.get(value.trim());
      if (name === undefined) return [];
      return [{ start, end, text: text[start] === '"' ? JSON.stringify(name) : name }];
    });
  }
  return [...objectsIn(file, text)].flatMap((object) =>
    object.flatMap(({ key, start }) => {
      const name = names.get(key.value as string);
      const at = start + key.offset;
      return name === undefined ? [] : [{ start: at, end: at + key.length, text: JSON.stringify(name) }];
    }),
  );
}

/** The first row of a table; undefined of another file. */
function namesOfColumns(file: string, text: string): readonly Cell[] | undefined {
  const format = tableFormat(file);
  if (format === undefined) return undefined;
  const parser = new CsvParser(() => {
    parser.stop();
  }, format);
  parser.push(text);
  parser.finish();
  return parser.names;
}

interface Field {
  /** Of the object that the field lies in, in the text. */
  readonly start: number;
  readonly key: Node;
  readonly value: Node;
}

/** The fields of each object of a JSON or JSONL text, in file order. */
function* objectsIn(file: string, text: string): Generator<readonly Field[], void, undefined> {
  const ranges: (readonly [number, number])[] = [];
  const checker = new DatasetChecker(file, {
    rules: [],
    onElement: ({ at }, end) => ranges.push([at.offset, end]),
  });
  checker.push(text);
  checker.finish();
  for (const [start, end] of ranges) {
    const tree = parseTree(text.slice(start, end));
    if (tree?.type !== 'object') continue;
    yield (tree.children ?? []).flatMap(({ children }) =>
      children?.[1] === undefined ? [] : [{ start, key: children[0]!, value: children[1] }],
    );
  }
}
