import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import type { Node } from 'jsonc-parser';
import schema from '../../schemas/dataset.schema.json';
import type { QaExample } from './example';
import type { Report } from './rule';
import { nearest } from '../nearest';

const { properties, required } = schema.definitions.example;

let compiled: ValidateFunction<QaExample> | undefined;

/** Whether the value is an example as schemas/dataset.schema.json wants it. Where it is not, `errors` tell why. */
export function validateExample(value: unknown): value is QaExample {
  return validator()(value);
}

/** The errors of the last validateExample that said no. */
export function schemaErrors(): readonly ErrorObject[] {
  return validator().errors ?? [];
}

function validator(): ValidateFunction<QaExample> {
  compiled ??= new Ajv({ allErrors: true }).compile<QaExample>(schema.definitions.example);
  return compiled;
}

/** Keys of other well-known formats, and what they are called here. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  question: ['instruction', 'prompt', 'input', 'query', 'user', 'human'],
  answer: ['output', 'completion', 'response', 'assistant', 'reply'],
};

/** Turns ajv's errors into findings at the exact key or value. `tree` is the example's JSON tree. */
export function reportSchemaErrors(errors: readonly ErrorObject[], tree: Node, report: Report): void {
  const missing: string[] = [];
  for (const error of errors) {
    if (error.keyword === 'required') missing.push(String(error.params['missingProperty']));
    else reportValue(error, tree, report);
  }
  if (missing.length > 0) reportMissing(missing, tree, report);
}

function reportValue(error: ErrorObject, tree: Node, report: Report): void {
  const key = error.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  if (error.instancePath === '') {
    const message = `an example must be an object, not ${article(tree.type)} - write {"question": "…", "answer": "…"}`;
    report({ rule: 'wrong-type', start: tree.offset, end: endOf(tree), message });
    return;
  }
  const node = propertyOf(tree, key)?.children?.[1];
  if (node === undefined) return;
  if (error.keyword === 'pattern') {
    const message = `"${key}" is blank - write ${key === 'answer' ? 'an answer' : 'a question'} or delete the example`;
    report({ rule: 'blank-text', start: node.offset, end: endOf(node), message });
    return;
  }
  const remedy = REMEDIES[node.type] ?? 'put it in double quotes';
  const message = `"${shorten(key)}" must be a text, not ${article(node.type)} - ${remedy}`;
  report({ rule: 'wrong-type', start: node.offset, end: endOf(node), message });
}

const REMEDIES: Readonly<Record<string, string>> = {
  null: 'write a text, or remove the key',
  array: 'join its parts to one text',
  object: 'write its content as one text',
};

/** Missing keys: where another key looks like the one that is missing, the finding stands there. */
function reportMissing(missing: readonly string[], tree: Node, report: Report): void {
  const keys = (tree.children ?? []).map((property) => property.children![0]!);
  const absent = missing.filter((wanted) => {
    const node = keys.find((candidate) => nearest(String(candidate.value), missing) === wanted);
    if (node === undefined) return true;
    const message = `the key "${shorten(String(node.value))}" is not known - did you mean "${wanted}"?`;
    report({ rule: 'misspelt-key', start: node.offset, end: endOf(node), message });
    return false;
  });
  if (absent.length === 0) return;
  const names = keys.map((node) => String(node.value));
  const renames = absent.map((wanted) => {
    const other = OTHER_NAMES[wanted]?.find((name) => names.includes(name));
    return other === undefined ? undefined : `rename "${other}" to "${wanted}"`;
  });
  const listed = absent.map((key) => `"${key}"`).join(' and ');
  const hint = renames.filter((rename) => rename !== undefined).join(', ');
  const remedy = hint === '' ? `add ${absent.length === 1 ? 'it' : 'them'} or delete the example` : hint;
  const verb = absent.length === 1 ? 'is' : 'are';
  report({
    rule: 'missing-key',
    start: tree.offset,
    end: tree.offset + 1,
    message: `${listed} ${verb} missing - ${remedy}`,
  });
}

/** The optional keys of the schema. */
export const OPTIONAL_KEYS: readonly string[] = Object.keys(properties).filter((key) => !required.includes(key));

/** The key-and-value node of a key; of repeated keys the last, as JSON.parse takes it. */
export function propertyOf(tree: Node, key: string): Node | undefined {
  return tree.children?.findLast((property) => property.children?.[0]?.value === key);
}

export function endOf(node: Node): number {
  return node.offset + node.length;
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type === 'string' ? 'text' : type}`;
}

function shorten(key: string): string {
  return key.length <= 40 ? key : `${key.slice(0, 39)}…`;
}
