import type { ErrorObject, ValidateFunction } from 'ajv';
import { getNodeValue, type Node } from 'jsonc-parser';
import alpacaSchema from '../../schemas/dataset-alpaca.schema.json';
import messagesSchema from '../../schemas/dataset-messages.schema.json';
import promptCompletionSchema from '../../schemas/dataset-prompt-completion.schema.json';
import sharegptSchema from '../../schemas/dataset-sharegpt.schema.json';
import schema from '../../schemas/dataset.schema.json';
import { createAjv } from '../base/create-ajv';
import { nearKey } from './formats/near-key';
import { AS_WRITTEN, nearestNode, propertyOf, type Path, type Places } from './formats/places';
import { KIND_NAMES, type DatasetKind } from './formats/kind';
import { isJsonObject } from './formats/reading';
import { textOfParts } from './formats/text-parts';
import type { Fix } from './finding';
import { quoteValue } from './property-fixes';
import type { Report } from './rule';

const SCHEMAS = {
  qa: schema.definitions.example,
  alpaca: alpacaSchema.definitions.example,
  sharegpt: sharegptSchema.definitions.example,
  messages: messagesSchema.definitions.example,
  'prompt-completion': promptCompletionSchema.definitions.example,
} as const;

type JsonObject = Readonly<Record<string, unknown>>;

const compiled = new Map<DatasetKind, ValidateFunction<JsonObject>>();

/** Whether the value is an example as the schema of its kind in schemas/ wants it. Where it is not, `errors` tell why. */
export function validateExample(value: unknown, kind: DatasetKind = 'qa'): value is JsonObject {
  return validator(kind)(value);
}

/** The errors of the last validateExample of this kind that said no. */
export function schemaErrors(kind: DatasetKind = 'qa'): readonly ErrorObject[] {
  return validator(kind).errors ?? [];
}

function validator(kind: DatasetKind): ValidateFunction<JsonObject> {
  let validate = compiled.get(kind);
  if (validate === undefined) {
    validate = createAjv({ allErrors: true, allowUnionTypes: true }).compile<JsonObject>(SCHEMAS[kind]);
    compiled.set(kind, validate);
  }
  return validate;
}

/** Keys of other well-known formats, and what they stand for. */
export const ASKED: readonly string[] = [
  'question',
  'instruction',
  'prompt',
  'input',
  'query',
  'inputs',
  'problem',
  'user',
  'human',
  'q',
];
export const ANSWERED: readonly string[] = [
  'answer',
  'output',
  'completion',
  'response',
  'targets',
  'solution',
  'assistant',
  'reply',
  'a',
];
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  question: ASKED,
  instruction: ASKED,
  prompt: ASKED,
  answer: ANSWERED,
  output: ANSWERED,
  completion: ANSWERED,
  messages: ['conversations', 'conversation', 'turns', 'chat'],
  conversations: ['messages', 'conversation', 'turns', 'chat'],
  from: ['role', 'speaker'],
  role: ['from', 'speaker'],
  value: ['content', 'text'],
  content: ['value', 'text'],
};

const SKELETONS: Readonly<Record<DatasetKind, string>> = {
  qa: '{"question": "…", "answer": "…"}',
  alpaca: '{"instruction": "…", "input": "…", "output": "…"}',
  sharegpt: '{"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]}',
  messages: '{"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}',
  'prompt-completion': '{"prompt": "…", "completion": "…"}',
};

/** Turns ajv's errors into findings at the exact key or value. `tree` is the example's JSON tree. */
export function reportSchemaErrors(
  errors: readonly ErrorObject[],
  tree: Node,
  report: Report,
  kind: DatasetKind = 'qa',
  places: Places = AS_WRITTEN,
): void {
  const missing = new Map<string, string[]>();
  for (const error of errors) {
    // What it says, the errors of its branches say.
    if (error.keyword === 'if') continue;
    if (error.keyword !== 'required') {
      reportValue(error, tree, report, kind, places);
      continue;
    }
    const listed = missing.get(error.instancePath) ?? [];
    listed.push(String(error.params['missingProperty']));
    missing.set(error.instancePath, listed);
  }
  for (const [where, keys] of missing) reportMissing(keys, nearestNode(tree, places.of(steps(where))), report);
}

/** An example that is sound, but of another kind than its file. */
export function reportMixedKind(own: DatasetKind, kind: DatasetKind, tree: Node, report: Report): void {
  const message = `this example is ${KIND_NAMES[own]}, the file is ${KIND_NAMES[kind]} - write it as ${SKELETONS[kind]}`;
  report({ rule: 'mixed-format', start: tree.offset, end: tree.offset + 1, message });
}

/** Further keys that are one slip away from an optional key of the kind, which the example lacks. `misspelt-optional-key` does it for Q&A. */
export function reportMisspeltOptionalKeys(
  kind: DatasetKind,
  value: JsonObject,
  tree: () => Node,
  report: Report,
): void {
  const known = Object.keys(SCHEMAS[kind].properties);
  for (const key in value) {
    if (known.includes(key)) continue;
    const wanted = nearKey(
      key,
      optionalKeys(kind).filter((name) => !(name in value)),
    );
    if (wanted === undefined) continue;
    const node = propertyOf(tree(), key)!.children![0]!;
    const message = `the key "${shorten(key)}" is not known - did you mean "${wanted}"?`;
    report({
      rule: 'misspelt-key',
      severity: 'warning',
      start: node.offset,
      end: endOf(node),
      message,
      fixes: [renamed(node, wanted)],
    });
  }
}

function reportValue(error: ErrorObject, tree: Node, report: Report, kind: DatasetKind, places: Places): void {
  const path = steps(error.instancePath);
  if (path.length === 0) {
    const message = `an example must be an object, not ${article(tree.type)} - write ${SKELETONS[kind]}`;
    report({ rule: 'wrong-type', start: tree.offset, end: endOf(tree), message });
    return;
  }
  const node = nearestNode(tree, places.of(path));
  const key = String(path.findLast((step) => Number.isNaN(Number(step))) ?? '');
  const at = { start: node.offset, end: endOf(node) };
  if (error.keyword === 'pattern') {
    const message = `"${key}" is blank - ${BLANK_REMEDIES[key] ?? 'write a question or delete the example'}`;
    report({ rule: 'blank-text', ...at, message });
  } else if (error.keyword === 'enum') {
    // Where the speaker is no text at all, the error about its type says so.
    if (typeof node.value !== 'string') return;
    const allowed = error.params['allowedValues'] as readonly string[];
    const offered = nearKey(node.value, allowed);
    const remedy = offered === undefined ? `write ${listOf(allowed, 'or')}` : `did you mean "${offered}"?`;
    const fixes = offered === undefined ? [] : [renamed(node, offered)];
    report({ rule: 'unknown-role', ...at, message: `"${shorten(node.value)}" is not a known role - ${remedy}`, fixes });
  } else if (path[0] === 'history') {
    const message = 'the history must be a list of pairs, each a question and its answer - write it so or remove it';
    report({ rule: 'wrong-type', ...at, message });
  } else if (error.keyword === 'minItems') {
    report({ rule: 'wrong-type', ...at, message: `"${key}" is empty - write its turns or delete the example` });
  } else {
    const wanted = String(error.params['type']);
    const fixes = wanted === 'string' ? textFixes(node) : [];
    report({ rule: 'wrong-type', ...at, message: typeMessage(wanted, key, node), fixes });
  }
}

/** A number or truth value becomes a text. */
function textFixes(node: Node): readonly Fix[] {
  if (node.type === 'boolean') return [quoteValue(node, String(node.value), false)];
  if (node.type !== 'number') return [];
  // A number of many digits is not what was written any more.
  const written = String(node.value);
  return written.length === node.length ? [quoteValue(node, written, true)] : [];
}

const BLANK_REMEDIES: Readonly<Record<string, string>> = {
  answer: 'write an answer or delete the example',
  output: 'write an output or delete the example',
  completion: 'write a completion or delete the example',
  instruction: 'write an instruction or delete the example',
  prompt: 'write a prompt or delete the example',
  value: 'write what is said or delete the turn',
  content: 'write what is said or delete the turn',
};

function typeMessage(wanted: string, key: string, node: Node): string {
  if (wanted.startsWith('array,')) {
    return `"${key}" must be a list, not ${article(node.type)} - write it as OpenAI does, or remove the key`;
  }
  if (wanted === 'array') {
    return `"${key}" must be a list of turns, not ${article(node.type)} - write it in [ ]`;
  }
  if (wanted === 'object') {
    return `a turn must be an object, not ${article(node.type)} - write who speaks and what is said`;
  }
  const other = otherPart(node);
  if (other !== undefined) {
    return `"${shorten(key)}" has a part of type "${shorten(other)}", and only text can be learned - remove the part or delete the example`;
  }
  return `"${shorten(key)}" must be a text, not ${article(node.type)} - ${REMEDIES[node.type] ?? 'put it in double quotes'}`;
}

/** The type of the first part that is no text, such as a picture, in content that is a list of parts. */
function otherPart(node: Node): string | undefined {
  if (node.type !== 'array') return undefined;
  const value = getNodeValue(node) as readonly unknown[];
  const other = value.find((part) => isJsonObject(part) && textOfParts(part) === undefined);
  return isJsonObject(other) && typeof other['type'] === 'string' ? other['type'] : undefined;
}

const REMEDIES: Readonly<Record<string, string>> = {
  null: 'write a text, or remove the key',
  array: 'join its parts into one text',
  object: 'write its content as one text',
};

/** Missing keys: where another key looks like the one that is missing, the finding stands there. */
function reportMissing(missing: readonly string[], tree: Node, report: Report): void {
  const keys = (tree.children ?? []).map((property) => property.children![0]!);
  const absent = missing.filter((wanted) => {
    const node = keys.find((candidate) => nearKey(String(candidate.value), missing) === wanted);
    if (node === undefined) return true;
    const message = `the key "${shorten(String(node.value))}" is not known - did you mean "${wanted}"?`;
    report({ rule: 'misspelt-key', start: node.offset, end: endOf(node), message, fixes: [renamed(node, wanted)] });
    return false;
  });
  if (absent.length === 0) return;
  const names = keys.map((node) => String(node.value));
  const renames = absent.map((wanted) => {
    const other = OTHER_NAMES[wanted]?.flatMap((known) => names.filter((name) => name.toLowerCase() === known))[0];
    return other === undefined ? undefined : `rename "${shorten(other)}" to "${wanted}"`;
  });
  const listed = listOf(absent, 'and');
  const hint = renames.filter((rename) => rename !== undefined).join(', ');
  const what = tree.parent === undefined ? 'the example' : 'the turn';
  const remedy = hint === '' ? `add ${absent.length === 1 ? 'it' : 'them'} or delete ${what}` : hint;
  const verb = absent.length === 1 ? 'is' : 'are';
  report({
    rule: 'missing-key',
    start: tree.offset,
    end: tree.offset + 1,
    message: `${listed} ${verb} missing - ${remedy}`,
  });
}

/** Writes the known key. Where only its capitals are wrong, nothing else can be meant. */
export function renamed(key: Node, wanted: string): Fix {
  const edit = { start: key.offset, end: endOf(key), text: JSON.stringify(wanted) };
  const safe = String(key.value).toLowerCase() === wanted.toLowerCase();
  return { title: `Rename to "${wanted}"`, edits: [edit], safe };
}

/** The optional keys of a kind's schema. */
function optionalKeys(kind: DatasetKind): readonly string[] {
  const { properties, required } = SCHEMAS[kind];
  return Object.keys(properties).filter((key) => !required.includes(key));
}

/** The optional keys of the Q&A schema. */
export const OPTIONAL_KEYS: readonly string[] = optionalKeys('qa');

function steps(instancePath: string): Path {
  return instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function endOf(node: Node): number {
  return node.offset + node.length;
}

function listOf(names: readonly string[], joint: string): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${joint} ${quoted.at(-1)!}`;
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type === 'string' ? 'text' : type}`;
}

function shorten(key: string): string {
  return key.length <= 40 ? key : `${key.slice(0, 39)}…`;
}
