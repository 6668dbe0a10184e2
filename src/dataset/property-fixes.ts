import type { Node } from 'jsonc-parser';
import type { Fix } from './finding';

/** Removes a key with its value and the comma that parts it from its neighbour. */
export function removeProperty(title: string, tree: Node, key: Node): Fix {
  const properties = tree.children ?? [];
  const at = properties.findIndex((property) => property.children![0] === key);
  const own = properties[at]!;
  const before = properties[at - 1];
  const start = before === undefined ? own.offset : before.offset + before.length;
  // Of a first property the comma after it goes; an only one leaves an empty object.
  const after = properties[at + 1];
  const end = before === undefined && after !== undefined ? after.offset : own.offset + own.length;
  return { title, edits: [{ start, end, text: '' }], safe: false };
}

/** Puts a value that is no text, such as a number, in double quotes as it stands. */
export function quoteValue(value: Node, written: string, safe: boolean): Fix {
  const edits = [{ start: value.offset, end: value.offset + value.length, text: JSON.stringify(written) }];
  return { title: 'Put it in double quotes', edits, safe };
}
