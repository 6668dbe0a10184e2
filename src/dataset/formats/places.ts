import type { Node } from 'jsonc-parser';

/** Keys and numbers that lead from an example to a part of it. */
export type Path = readonly (string | number)[];

/** Where the parts of an example stand that is written otherwise than its kind wants it. */
export class Places {
  private readonly moved = new Map<string, Path>();

  /** @param prefix leads to the object that the example was read from, where it lies within another */
  constructor(private readonly prefix: Path = []) {}

  /** The part at `path` of the example as its kind wants it stands at `written`. */
  move(path: Path, written: Path): this {
    this.moved.set(path.join('/'), written);
    return this;
  }

  /** Where a part stands as written. */
  of(path: Path): Path {
    for (let length = path.length; length > 0; length--) {
      const found = this.moved.get(path.slice(0, length).join('/'));
      if (found !== undefined) return [...this.prefix, ...found, ...path.slice(length)];
    }
    return [...this.prefix, ...path];
  }

  /** The same places in an object that lies under `key` of another. */
  under(key: string): Places {
    const outer = new Places([key, ...this.prefix]);
    for (const [path, written] of this.moved) outer.moved.set(path, written);
    return outer;
  }
}

/** As written: everything stands where the kind wants it. */
export const AS_WRITTEN = new Places();

/** The value's node at a path; undefined where nothing stands there. */
export function nodeAt(tree: Node, path: Path): Node | undefined {
  let node: Node | undefined = tree;
  for (const step of path) {
    node =
      node?.type === 'array' ? node.children?.[Number(step)] : node && propertyOf(node, String(step))?.children?.[1];
  }
  return node;
}

/** The node at a path, or of what stands nearest around it. */
export function nearestNode(tree: Node, path: Path): Node {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(tree, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return tree;
}

/** The key-and-value node of a key; of repeated keys the last, as JSON.parse takes it. */
export function propertyOf(tree: Node, key: string): Node | undefined {
  if (tree.type !== 'object') return undefined;
  return tree.children?.findLast((property) => property.children?.[0]?.value === key);
}
