import { Environment } from '@huggingface/jinja';
import { parseTree, type Node } from 'jsonc-parser';
import { pythonText } from './python-text';
import type { Value } from './template-value';

/** Sound JSON that a template gets as Python would read it: keys in their order, 1.0 another number than 1, whole numbers of any length. */
export class PythonJson {
  constructor(readonly text: string) {}
}

type MapValue = Value & { readonly value: Map<string, Value> };

/** A value for templates; what PythonJson stands in it for, as it is written. */
export function templateValue(value: unknown): Value {
  if (value instanceof PythonJson) return valueOf(parseTree(value.text)!, value.text);
  if (typeof value !== 'object' || value === null) return made(value);
  return Array.isArray(value)
    ? listOf(value.map(templateValue))
    : mapOf(Object.entries(value).map(([key, item]) => [key, templateValue(item)]));
}

/** The interpreter's classes of values are its own: it makes one of what JavaScript has. */
function made(value: unknown): Value {
  return new Environment().set('value', value);
}

function listOf(items: Value[]): Value {
  return shown(Object.assign(made([]), { value: items }));
}

function mapOf(entries: readonly (readonly [string, Value])[]): Value {
  const map = made({}) as MapValue;
  for (const [key, value] of entries) map.value.set(key, value);
  return shown(map);
}

/** With the text that a template writes for it. */
function shown(value: Value): Value {
  return Object.assign(value, { toString: () => pythonText(value) });
}

function valueOf(node: Node, source: string): Value {
  const { type, children = [] } = node;
  if (type === 'array') return listOf(children.map((child) => valueOf(child, source)));
  if (type === 'object') {
    return mapOf(children.map(({ children: pair }) => [pair![0]!.value as string, valueOf(pair![1]!, source)]));
  }
  if (type !== 'number') return made(node.value);
  const written = source.slice(node.offset, node.offset + node.length);
  const number = Number(written);
  // A fraction is a float for the interpreter, whatever it becomes.
  if (/[.e]/i.test(written)) return shown(Object.assign(made(0.5), { value: number }));
  return Number.isSafeInteger(number) ? made(number) : Object.assign(made(0), { value: BigInt(written) });
}

/** The JSON with its texts and keys changed, and all else as it is written. */
export function withTexts(json: string, change: (text: string) => string): string {
  let [result, from] = ['', 0];
  const visit = (node: Node): void => {
    if (node.type === 'string') {
      const text = node.value as string;
      const changed = change(text);
      if (changed === text) return;
      result += json.slice(from, node.offset) + JSON.stringify(changed);
      from = node.offset + node.length;
    } else node.children?.forEach(visit);
  };
  visit(parseTree(json)!);
  return result + json.slice(from);
}
