import { findNodeAtLocation, type JSONPath, type Node } from 'jsonc-parser';

/** Replaces the UTF-16 range [start, end) of a configuration's text. */
export interface ConfigEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One step of a repair. The place of a finding is the key it stands on. */
export type Change =
  /** Gives the key `path` leads to a value, or adds the key where it is missing. */
  | { readonly kind: 'set'; readonly path: JSONPath; readonly value: unknown }
  /** Takes out the key at the finding's place, with its value and one comma. */
  | { readonly kind: 'remove' }
  /** Gives the key at the finding's place another name. */
  | { readonly kind: 'rename'; readonly to: string }
  /** A plain edit. */
  | { readonly kind: 'edit'; readonly edit: ConfigEdit };

/** A mechanical way out, as the editor's menu shows it. */
export interface Repair {
  /** Imperative: `Set learning_rate to 0.0002`. */
  readonly title: string;
  readonly changes: readonly Change[];
}

/** The repair that gives one key a value. */
export function setKey(path: string | JSONPath, value: unknown): Repair {
  const keys = typeof path === 'string' ? [path] : path;
  return {
    title: `Set ${keys.join('.')} to ${valueText(value)}`,
    changes: [{ kind: 'set', path: keys, value }],
  };
}

/** The repair that takes out the key the finding stands on. */
export function removeKey(key: string): Repair {
  return { title: `Remove ${key}`, changes: [{ kind: 'remove' }] };
}

/**
 * The edits of a change. What is not touched keeps its layout, and valid JSON stays valid.
 *
 * @param place offset of the finding
 * @returns undefined where the tree has no such place
 */
export function editsOf(change: Change, text: string, root: Node, place: number): ConfigEdit | undefined {
  if (change.kind === 'edit') return change.edit;
  if (change.kind === 'set') return setValue(text, root, change.path, change.value);
  const property = propertyAt(root, place);
  if (property === undefined) return undefined;
  if (change.kind === 'remove') return removal(property);
  const key = property.children![0]!;
  return { start: key.offset, end: endOf(key), text: JSON.stringify(change.to) };
}

/** A value as it stands in a hand-written file: `{ "train": 0.9, "test": 0.1 }` on one line. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${valueText(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** The key-and-value node that starts at an offset. */
export function propertyAt(node: Node, offset: number): Node | undefined {
  if (node.type === 'property' && node.offset === offset) return node;
  for (const child of node.children ?? []) {
    if (child.offset > offset || endOf(child) <= offset) continue;
    const found = propertyAt(child, offset);
    if (found !== undefined) return found;
  }
  return undefined;
}

function removal(property: Node): ConfigEdit | undefined {
  const siblings = property.parent?.children ?? [];
  const index = siblings.indexOf(property);
  const before = siblings[index - 1];
  const after = siblings[index + 1];
  if (before !== undefined) return { start: endOf(before), end: endOf(property), text: '' };
  if (after !== undefined) return { start: property.offset, end: after.offset, text: '' };
  const object = property.parent;
  return object === undefined ? undefined : { start: object.offset + 1, end: endOf(object) - 1, text: '' };
}

function setValue(text: string, root: Node, path: JSONPath, value: unknown): ConfigEdit | undefined {
  const present = findLast(root, path);
  if (present !== undefined) return { start: present.offset, end: endOf(present), text: valueText(value) };
  const object = path.length === 1 ? root : findNodeAtLocation(root, path.slice(0, -1));
  if (object?.type !== 'object') return undefined;
  const written = `${JSON.stringify(path.at(-1))}: ${valueText(value)}`;
  const children = object.children ?? [];
  const last = children.at(-1);
  if (last === undefined) return { start: object.offset + 1, end: endOf(object) - 1, text: written };
  // The white space before the last key is how this file separates its keys.
  const gap = /\s*$/.exec(text.slice(object.offset + 1, last.offset))?.[0] ?? '';
  const separator = children.length === 1 && !gap.includes('\n') ? ' ' : gap;
  return { start: endOf(last), end: endOf(last), text: `,${separator}${written}` };
}

/** Of a key given twice the last one counts, as JSON.parse takes it. */
function findLast(root: Node, path: JSONPath): Node | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return root;
  const child =
    typeof key === 'number'
      ? root.children?.[key]
      : root.children?.findLast((property) => property.children?.[0]?.value === key)?.children?.[1];
  return child === undefined ? undefined : findLast(child, rest);
}

export function endOf(node: Node): number {
  return node.offset + node.length;
}
