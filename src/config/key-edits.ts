import type { JSONPath, Node } from 'jsonc-parser';
import { CONFIG_SCHEMA } from './config-schema';

/** Replaces the UTF-16 range [start, end) of a configuration's text. */
export interface ConfigEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Keys in the order in which the schema, and so a reader, expects them; those of nested objects are not asked for. */
const ORDER: ReadonlyMap<unknown, number> = new Map(Object.keys(CONFIG_SCHEMA.properties).map((key, at) => [key, at]));

const COMMENT = String.raw`(?:\/\/[^\r\n]*|\/\*(?:(?!\*\/)[^\r\n])*\*\/)`;
/** What follows a value on its line: a comma, and comments that speak of it. */
const TAIL = new RegExp(String.raw`^([ \t]*,)?((?:[ \t]*${COMMENT})*)[ \t]*(?=\r?\n|$)`);
const SKIPPED = new RegExp(String.raw`^(?:\s|${COMMENT})*`);

/**
 * The edit that gives the key `path` leads to a value. A key that is missing is put after the one that the schema has before it, on
 * a line of its own where the others have one.
 *
 * @returns undefined where the object it belongs to is missing
 */
export function setEdit(text: string, root: Node, path: JSONPath, value: unknown): ConfigEdit | undefined {
  const present = valueAt(root, path);
  if (present !== undefined) return { start: present.offset, end: endOf(present), text: valueText(value) };
  const object = path.length === 1 ? root : valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (object?.type !== 'object' || key === undefined) return undefined;
  const written = `${JSON.stringify(key)}: ${valueText(value)}`;
  const children = object.children ?? [];
  const [first] = children;
  if (first === undefined) return emptied(text, object, written);
  const before = object === root ? predecessor(children, key) : children.at(-1);
  const gap = gapBefore(text, before ?? first);
  if (before === undefined) return { start: first.offset, end: first.offset, text: `${written},${gap}` };
  const end = endOf(before);
  const tail = TAIL.exec(text.slice(end));
  // A comment behind the key stays behind it.
  if (tail?.[2] === undefined || tail[2] === '' || !gap.includes('\n')) {
    return { start: end, end, text: `,${gap}${written}` };
  }
  const comma = tail[1] === undefined ? '' : ',';
  return { start: end, end: end + tail[0].length, text: `,${tail[2]}${gap}${written}${comma}` };
}

/** The edit that takes out a key with its value, one comma, and the comment behind it. */
export function removeEdit(text: string, property: Node): ConfigEdit | undefined {
  const object = property.parent;
  const siblings = object?.children ?? [];
  const index = siblings.indexOf(property);
  const before = siblings[index - 1];
  const after = siblings[index + 1];
  const tail = TAIL.exec(text.slice(endOf(property)))?.[0];
  if (after === undefined) {
    if (before === undefined) {
      return object === undefined ? undefined : { start: object.offset + 1, end: endOf(object) - 1, text: '' };
    }
    const between = text.slice(endOf(before), property.offset);
    const comma = SKIPPED.exec(between)?.[0].length ?? 0;
    const kept = (between.slice(0, comma) + between.slice(comma + 1)).trimEnd();
    return { start: endOf(before), end: endOf(property) + (tail?.length ?? 0), text: kept };
  }
  const indent = /[ \t]*$/.exec(text.slice(0, property.offset))?.[0].length ?? 0;
  const lineStart = property.offset - indent;
  const lineEnd = endOf(property) + (tail?.length ?? 0);
  const ownLine = tail?.trimStart().startsWith(',') === true && text[lineStart - 1] === '\n' && lineEnd < after.offset;
  if (ownLine) return { start: lineStart, end: text.indexOf('\n', lineEnd) + 1, text: '' };
  return { start: property.offset, end: after.offset, text: '' };
}

/** A value as it stands in a hand-written file: `{ "train": 0.9, "test": 0.1 }` on one line. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${valueText(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** The node of a value. Of a key given twice the last one counts, as JSON.parse takes it. */
export function valueAt(root: Node, path: JSONPath): Node | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return root;
  const child =
    typeof key === 'number'
      ? root.children?.[key]
      : root.children?.findLast((property) => property.children?.[0]?.value === key)?.children?.[1];
  return child === undefined ? undefined : valueAt(child, rest);
}

export function endOf(node: Node): number {
  return node.offset + node.length;
}

/** The first key of an object without any: comments in it stay where they are. */
function emptied(text: string, object: Node, written: string): ConfigEdit {
  const end = endOf(object) - 1;
  const inside = text.slice(object.offset + 1, end);
  if (inside.trim() === '') return { start: object.offset + 1, end, text: written };
  return { start: end, end, text: `${inside.includes('\n') ? '  ' : ' '}${written}\n` };
}

/** The key after which another is expected: of those the schema has before it, the last one. */
function predecessor(properties: readonly Node[], key: string | number): Node | undefined {
  const place = ORDER.get(key);
  if (place === undefined) return properties.at(-1);
  let best: Node | undefined;
  let bestPlace = -1;
  for (const property of properties) {
    const at = ORDER.get(property.children?.[0]?.value) ?? -1;
    if (at < place && at >= bestPlace) [best, bestPlace] = [property, at];
  }
  return best;
}

/** The white space that this file puts between its keys. */
function gapBefore(text: string, property: Node): string {
  const gap = /\s*$/.exec(text.slice(0, property.offset))?.[0] ?? '';
  const only = (property.parent?.children?.[0] ?? property) === property && !gap.includes('\n');
  return only ? ' ' : gap;
}
