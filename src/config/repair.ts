import type { JSONPath, Node } from 'jsonc-parser';
import { endOf, removeEdit, setEdit, valueText, type ConfigEdit } from './key-edits';

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
  if (change.kind === 'set') return setEdit(text, root, change.path, change.value);
  const property = propertyAt(root, place);
  if (property === undefined) return undefined;
  if (change.kind === 'remove') return removeEdit(text, property);
  const key = property.children![0]!;
  return { start: key.offset, end: endOf(key), text: JSON.stringify(change.to) };
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
