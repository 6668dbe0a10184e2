import type { Value } from './template-value';

/** As Python's str writes a template's value: the text itself, and what lists and objects hold as repr does. */
export function pythonText(value: Value): string {
  return value.type === 'StringValue' ? (value.value as string) : repr(value);
}

/** Lists and objects of a template, whose text is not their own. */
export function isContainer({ type }: Value): boolean {
  return type === 'ArrayValue' || type === 'TupleValue' || type === 'ObjectValue';
}

function repr(value: Value): string {
  const held: unknown = value.value;
  switch (value.type) {
    case 'ArrayValue':
      return `[${(held as readonly Value[]).map(repr).join(', ')}]`;
    case 'ObjectValue': {
      const entries = [...(held as ReadonlyMap<string, Value>)];
      return `{${entries.map(([key, item]) => `${quoted(key)}: ${repr(item)}`).join(', ')}}`;
    }
    case 'StringValue':
      return quoted(held as string);
    case 'FloatValue':
      return Number.isFinite(held) ? pythonFloat(held as number) : (held as number) > 0 ? 'inf' : '-inf';
    case 'BooleanValue':
      return held === true ? 'True' : 'False';
    case 'NullValue':
      return 'None';
    default:
      return String(held);
  }
}

/** What Python does not print as it is: all but letters, marks, numbers, signs and the blank. The marks of literal texts stay. */
const UNPRINTABLE = /[^\P{C}\ufdd0]|(?! )\p{Z}/gu;
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return quote + escaped.replace(UNPRINTABLE, (character) => ESCAPES[character] ?? codeOf(character)) + quote;
}

function codeOf(character: string): string {
  const hex = character.codePointAt(0)!.toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** As Python's repr writes a float. */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits, power] = value.toExponential().split('e') as [string, string];
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  // Where JavaScript writes an exponent already and Python does not yet.
  const plain = exponent < 0 ? value.toFixed(digits.replace(/^-?\d\.?/, '').length - exponent) : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

export interface JsonForm {
  /** Blanks a level; on one line where it is null. */
  readonly indent: number | null;
  readonly ensureAscii: boolean;
  readonly sortKeys: boolean;
  /** Between items, and between a key and its value; Python's where it is null. */
  readonly separators: readonly [string, string] | null;
}

/** As Python's json.dumps writes a template's value. @throws Error for what is no JSON, such as a function */
export function pythonDumps(value: Value, form: JsonForm, depth = 0): string {
  const { indent, separators } = form;
  const [between, colon] = separators ?? [indent === null ? ', ' : ',', ': '];
  const held: unknown = value.value;
  const block = (open: string, items: readonly string[], close: string): string => {
    if (indent === null || items.length === 0) return open + items.join(between) + close;
    const inner = `\n${' '.repeat(indent * (depth + 1))}`;
    return `${open}${inner}${items.join(between + inner)}\n${' '.repeat(indent * depth)}${close}`;
  };
  switch (value.type) {
    case 'ArrayValue':
    case 'TupleValue': {
      const items = (held as readonly Value[]).map((item) => pythonDumps(item, form, depth + 1));
      return block('[', items, ']');
    }
    case 'ObjectValue':
    case 'NamespaceValue': {
      const entries = [...(held as ReadonlyMap<string, Value>)];
      if (form.sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : 1));
      const items = entries.map(
        ([key, item]) => textOf(key, form.ensureAscii) + colon + pythonDumps(item, form, depth + 1),
      );
      return block('{', items, '}');
    }
    case 'FloatValue':
      return pythonFloat(held as number);
    case 'IntegerValue':
      return String(held);
    case 'StringValue':
      return textOf(held as string, form.ensureAscii);
    case 'BooleanValue':
      return held === true ? 'true' : 'false';
    case 'NullValue':
    case 'UndefinedValue':
      return 'null';
    default:
      throw new Error(`${value.type} cannot be written as JSON`);
  }
}

function textOf(text: string, ensureAscii: boolean): string {
  const json = JSON.stringify(text);
  if (!ensureAscii) return json;
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
