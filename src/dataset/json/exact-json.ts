import { parseTree, type Node } from 'jsonc-parser';

/**
 * A number as its file writes it, where a number in memory would be written otherwise: 1161888007138312192, 1.0, 1e400, -0. JSON.stringify
 * writes it as it stands only through `writeJson`.
 */
class WrittenNumber {
  constructor(readonly written: string) {}
}

/** What JSON.parse gives, but for numbers that would not be written again as they stand. @param source sound JSON */
export function parseExactly(source: string): unknown {
  return valueOf(parseTree(source)!, source);
}

function valueOf(node: Node, source: string): unknown {
  const { type, children = [] } = node;
  if (type === 'array') return children.map((child) => valueOf(child, source));
  if (type === 'object') {
    return Object.fromEntries(
      children.map(({ children: pair }) => [pair![0]!.value as string, valueOf(pair![1]!, source)]),
    );
  }
  if (type !== 'number') return node.value;
  const written = source.slice(node.offset, node.offset + node.length);
  return JSON.stringify(node.value) === written ? node.value : new WrittenNumber(written);
}

/** As JSON.stringify, with numbers as they were written. @param indent of each level; on one line where it is not given */
export function writeJson(value: unknown, indent = ''): string {
  return written(value, indent, indent === '' ? '' : '\n');
}

function written(value: unknown, indent: string, eol: string): string {
  if (value instanceof WrittenNumber) return value.written;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = eol + indent;
  const list = Array.isArray(value);
  const colon = indent === '' ? ':' : ': ';
  const items = list
    ? value.map((item) => written(item, indent, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${JSON.stringify(key)}${colon}${written(item, indent, inner)}`);
  const [open, close] = list ? '[]' : '{}';
  return items.length === 0 ? `${open}${close}` : `${open!}${inner}${items.join(`,${inner}`)}${eol}${close!}`;
}
