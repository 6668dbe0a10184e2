import { isJsonObject, type JsonObject } from '../reading';
import { readExample } from '../read-example';
import type { WholeFile } from './whole';

/** So many of a list's first items are looked at. */
const LOOKED_AT = 16;

/** A list of examples under a key of one object, or of one in it; and a lone object of questions, each with its answer. */
export function wrapped(value: unknown): WholeFile | undefined {
  if (!isJsonObject(value)) return undefined;
  return listIn(value) ?? questionsAsKeys(value) ?? deeper(value);
}

function deeper(value: JsonObject): WholeFile | undefined {
  for (const [key, inner] of Object.entries(value)) {
    const found = isJsonObject(inner) ? listIn(inner, `${key.slice(0, 40)}.`) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @param path of the object in the file */
function listIn(value: JsonObject, path = ''): WholeFile | undefined {
  const lists = Object.entries(value).filter((entry): entry is [string, JsonObject[]] => holdsExamples(entry[1]));
  const [first, ...more] = lists;
  if (first !== undefined) {
    const [key, rows] = lists.find(([name]) => name === 'train') ?? first;
    const others = lists.filter(([name]) => name !== key).map(([name]) => `"${path}${name}"`);
    const viewer = key === 'rows' && 'features' in value;
    const name = viewer
      ? "the rows of the Hub's dataset viewer"
      : `an object with its examples under "${path}${key.slice(0, 40)}"`;
    const leftOut = more.length === 0 ? {} : { leftOut: `what stands under ${others.join(', ')}` };
    return { name, rows, ...leftOut };
  }
  return undefined;
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
