import type { Node } from 'jsonc-parser';

/** The names of ours that a file's own names can stand for. */
export const OUR_NAMES = ['question', 'answer', 'system', 'context', 'messages', 'category'] as const;
export type OurName = (typeof OUR_NAMES)[number];

/**
 * Which of a file's own names stand for ours, as `columns` of a configuration says: `{ question: 'Prompt', answer: 'Reply' }`. `category`
 * names the field that examples are grouped by, which keeps its name.
 */
export type Columns = { readonly [Name in OurName]?: string | undefined };

/** Every file is read by our own names where nothing else is said. */
export const OUR_COLUMNS: Columns = {};

/** The field that examples are grouped by. */
export function categoryField({ category = 'agency' }: Columns): string {
  return category;
}

/** The name of a file's key among ours, given all keys of its example; itself where it stands for none. */
type Renaming = (key: string, keys: readonly string[]) => string;

const renamings = new WeakMap<Columns, Renaming | 'none'>();

function renamingOf(columns: Columns): Renaming | undefined {
  let found = renamings.get(columns);
  if (found === undefined) {
    const pairs = Object.entries(columns).filter(([ours, theirs]) => ours !== 'category' && theirs !== ours);
    const ours = new Map(pairs.map(([name, theirs]) => [theirs, name]));
    const theirs = new Map(pairs.map(([name, their]) => [name, their!]));
    found =
      pairs.length === 0
        ? 'none'
        : (key, keys) => {
            const name = ours.get(key);
            if (name !== undefined) return name;
            // A field that has our name while another stands for it is a further one, and is kept as such.
            const standsForIt = theirs.get(key);
            return standsForIt !== undefined && keys.includes(standsForIt) ? `${key} (as written)` : key;
          };
    renamings.set(columns, found);
  }
  return found === 'none' ? undefined : found;
}

/** The names of a table's columns by ours. */
export function ourColumnNames(names: readonly string[], columns: Columns): readonly string[] {
  const renaming = renamingOf(columns);
  return renaming === undefined ? names : names.map((name) => renaming(name, names));
}

/** An example by our names; what is no object stays as it is. */
export function byOurNames(value: unknown, columns: Columns): unknown {
  const renaming = renamingOf(columns);
  if (renaming === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [renaming(key, keys), item]));
}

/** The tree of an example by our names, places as they are; undefined where the names are ours. */
export function treeByOurNames(tree: () => Node, columns: Columns): (() => Node) | undefined {
  const renaming = renamingOf(columns);
  if (renaming === undefined) return undefined;
  let renamed: Node | undefined;
  return () => {
    if (renamed !== undefined) return renamed;
    const node = tree();
    const keys = (node.children ?? []).map((property) => String(property.children?.[0]?.value));
    for (const property of node.type === 'object' ? (node.children ?? []) : []) {
      const key = property.children![0]!;
      (key as { value: unknown }).value = renaming(String(key.value), keys);
    }
    renamed = node;
    return node;
  };
}

/** An example of ours as the file names its parts. */
export function byTheirNames(value: Readonly<Record<string, unknown>>, columns: Columns): Record<string, unknown> {
  const theirs: Readonly<Record<string, string | undefined>> = { ...columns, category: undefined };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [theirs[key] ?? key, item]));
}
