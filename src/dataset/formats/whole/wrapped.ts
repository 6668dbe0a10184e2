import { countOf } from '../../../base/count-of';
import { isJsonObject, type JsonObject } from '../reading';
import { readExample } from '../read-example';
import { toolsProblem } from '../tool-calls';
import { isUsed } from '../unused-keys';
import type { WholeFile } from './whole';

/** So many of a list's first items are looked at. */
const LOOKED_AT = 16;
/** So many names of what is left out are told, each so long. */
const LISTED = 6;
const SHOWN = 40;

/** What a file may say once for all its examples: which functions there are, the system message. By what an example calls it. */
const SHARED: Readonly<Record<string, string>> = {
  tools: 'tools',
  functions: 'functions',
  system: 'system',
  system_prompt: 'system',
  system_message: 'system',
};

/** A list of examples under a key of one object. */
export function listUnderKey(value: unknown): WholeFile | undefined {
  return isJsonObject(value) ? listIn(value) : undefined;
}

/** A lone object of questions, each with its answer; and a list of examples under a key of an object within one. */
export function wrapped(value: unknown): WholeFile | undefined {
  return isJsonObject(value) ? (questionsAsKeys(value) ?? deeper(value)) : undefined;
}

function deeper(value: JsonObject): WholeFile | undefined {
  for (const [key, inner] of Object.entries(value)) {
    if (!isJsonObject(inner)) continue;
    const found = listIn(inner, `${key.slice(0, SHOWN)}.`, without(value, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * @param path of the object in the file
 * @param around what stands beside that object
 */
function listIn(value: JsonObject, path = '', around: JsonObject = {}): WholeFile | undefined {
  const lists = Object.entries(value).filter((entry): entry is [string, JsonObject[]] => holdsExamples(entry[1]));
  const [key, rows] = lists.find(([name]) => name === 'train') ?? lists[0] ?? [];
  if (key === undefined || rows === undefined) return undefined;
  if (key === 'rows' && 'features' in value) return { name: "the rows of the Hub's dataset viewer", rows };
  const beside = without(value, key);
  const shared = sharedKeys({ ...around, ...beside }, rows);
  const named = (prefix: string, keys: JsonObject): string[] =>
    Object.keys(keys)
      .filter((name) => !Object.hasOwn(shared, name))
      .map((name) => `"${prefix}${name.slice(0, SHOWN)}"`);
  const others = [...named(path, beside), ...named('', around)];
  const more = others.length > LISTED ? `, ${countOf(others.length - LISTED, 'more key')}` : '';
  const taken = Object.keys(shared).map((name) => `"${name}"`);
  return {
    name: `an object with its examples under "${path}${key.slice(0, SHOWN)}"${taken.length === 0 ? '' : `, each with the ${taken.join(' and ')} of the file`}`,
    rows: taken.length === 0 ? rows : rows.map((row) => ({ ...shared, ...(readExample(row)?.value ?? row) })),
    ...(others.length === 0 ? {} : { leftOut: `what is under ${others.slice(0, LISTED).join(', ')}${more}` }),
  };
}

function without(value: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** What a file says once for all its examples, where they have a place for it. */
function sharedKeys(beside: JsonObject, rows: readonly JsonObject[]): JsonObject {
  const kinds = rows.slice(0, LOOKED_AT).flatMap((row) => readExample(row)?.kind ?? []);
  return Object.fromEntries(
    Object.entries(beside).filter(([key, item]) => {
      const meant = Object.hasOwn(SHARED, key) ? SHARED[key]! : undefined;
      const says = meant === 'system' ? typeof item === 'string' : toolsProblem({ [key]: item }) === undefined;
      const isSaid = item !== null && item !== '' && says;
      return meant !== undefined && isSaid && kinds.every((kind) => isUsed(kind, meant));
    }),
  );
}

function holdsExamples(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  const looked = value.slice(0, LOOKED_AT);
  return (
    looked.every(isJsonObject) && looked.filter((item) => readExample(item) !== undefined).length * 2 >= looked.length
  );
}

function questionsAsKeys(value: JsonObject): WholeFile | undefined {
  const entries = Object.entries(value);
  const asked = entries.filter(([key]) => /\s/.test(key.trim()) || key.trim().endsWith('?'));
  if (asked.length * 2 <= entries.length || !entries.every(([, answer]) => typeof answer === 'string'))
    return undefined;
  return {
    name: 'an object of questions, each with its answer',
    rows: entries.map(([question, answer]) => ({ question, answer })),
  };
}
