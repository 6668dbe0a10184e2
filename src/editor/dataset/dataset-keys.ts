import type { JsonSchema } from '../../base/json-schema';
import alpaca from '../../../schemas/dataset-alpaca.schema.json';
import messages from '../../../schemas/dataset-messages.schema.json';
import promptCompletion from '../../../schemas/dataset-prompt-completion.schema.json';
import sharegpt from '../../../schemas/dataset-sharegpt.schema.json';
import qa from '../../../schemas/dataset.schema.json';
import type { DatasetKind } from '../../dataset/formats/kind';

const SCHEMAS: Readonly<Record<DatasetKind, { readonly definitions: { readonly example: unknown } }>> = {
  qa,
  alpaca,
  sharegpt,
  messages,
  'prompt-completion': promptCompletion,
};

/** The object around a place of a dataset, as far as it can be told without reading the whole file. */
export interface ObjectAt {
  /** The key that leads to the list the object lies in, such as `messages`; undefined for an example itself. */
  readonly listKey: string | undefined;
  /** The keys of the object, in their order, without the one that is being written. */
  readonly keys: readonly string[];
  /** The key under the cursor; undefined where none is written yet. */
  readonly key: string | undefined;
  /** The range of that key, quotes included; empty where there is none. */
  readonly start: number;
  readonly end: number;
  /** A colon follows: only the key itself is to be written. */
  readonly hasValue: boolean;
  /** Another key follows without a comma between. */
  readonly needsComma: boolean;
}

interface Open {
  readonly bracket: string;
  /** The key that leads to it. */
  readonly key: string | undefined;
  readonly keys: string[];
  /** The last text seen where a key may stand. */
  candidate: string | undefined;
  expectsKey: boolean;
}

/** Strings end with their line: one that is being written has no closing quote yet. */
const TOKEN = /"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"?|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * The object around an offset where a key may stand, or stands. `text` is a part of the file that begins at the start of a line (no
 * string goes over a line end, so that the scan cannot start inside one) and reaches some way beyond the offset.
 */
export function objectAt(text: string, offset: number): ObjectAt | undefined {
  const stack: Open[] = [];
  let found: { owner: Open; depth: number; key: string | undefined; start: number; end: number } | undefined;
  let hasValue = false;
  let needsComma = false;
  let after = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    const end = match.index + token.length;
    const top = stack.at(-1);
    if (found === undefined && (match.index >= offset || (end >= offset && match.index < offset))) {
      const inside = match.index < offset && (end > offset || token.startsWith('"'));
      if (inside && !token.startsWith('"') && /[{}[\],:]/.test(token) && end > offset) return undefined;
      const isKey = inside && token.startsWith('"');
      if (isKey || match.index >= offset) {
        if (top?.bracket !== '{' || !top.expectsKey) return undefined;
        const written = isKey ? keyRange(text, match.index, end, offset) : undefined;
        found = {
          owner: top,
          depth: stack.length,
          key: written?.key,
          start: written?.start ?? offset,
          end: written?.end ?? offset,
        };
        if (isKey) {
          // What the open string has swallowed is scanned no further.
          if (written?.closed !== true) break;
          top.expectsKey = false;
          continue;
        }
      }
    }
    if (found !== undefined) {
      after += 1;
      if (after === 1) {
        hasValue = found.key !== undefined && token === ':';
        needsComma = token.startsWith('"');
      }
      if (stack.length < found.depth) break;
    }
    step(stack, token);
    if (found !== undefined && stack.length < found.depth) break;
  }
  if (found === undefined) {
    const top = stack.at(-1);
    if (top?.bracket !== '{' || !top.expectsKey) return undefined;
    found = { owner: top, depth: stack.length, key: undefined, start: offset, end: offset };
  }
  const { owner, key, start, end, depth } = found;
  const list = stack[depth - 2];
  return { listKey: listKeyOf(list, owner), keys: owner.keys, key, start, end, hasValue, needsComma };
}

function step(stack: Open[], token: string): void {
  const top = stack.at(-1);
  if (token === '{' || token === '[') {
    stack.push({ bracket: token, key: top?.candidate, keys: [], candidate: undefined, expectsKey: token === '{' });
  } else if (token === '}' || token === ']') {
    stack.pop();
  } else if (top?.bracket === '{') {
    if (token === ',') {
      top.expectsKey = true;
      top.candidate = undefined;
    } else if (token === ':') {
      top.expectsKey = false;
      if (top.candidate !== undefined) top.keys.push(top.candidate);
    } else if (token.startsWith('"') && top.candidate === undefined) {
      top.candidate = plain(token);
      top.expectsKey = false;
    }
  }
}

/** The key as it is written; of an open string only what stands before the cursor. */
function keyRange(
  text: string,
  start: number,
  end: number,
  offset: number,
): { key: string; start: number; end: number; closed: boolean } {
  const token = text.slice(start, end);
  const closed = token.length > 1 && token.endsWith('"') && /^"[\w$ -]*"$/.test(token);
  const last = closed ? end : offset;
  return { key: plain(text.slice(start, last)), start, end: last, closed };
}

function plain(token: string): string {
  return token.replace(/^"|"$/g, '');
}

function listKeyOf(list: Open | undefined, owner: Open): string | undefined {
  return list?.bracket === '[' ? list.key : owner.key;
}

/** A key that the schema of a dataset knows. */
export interface KnownKey {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** The value as a snippet: `"$1"`. */
  readonly snippet: string;
}

/** The keys an object of a dataset of this kind may have, those it must have first. */
export function knownKeys(kind: DatasetKind, listKey: string | undefined): KnownKey[] {
  const example = SCHEMAS[kind].definitions.example as JsonSchema;
  const schema = listKey === undefined ? example : example.properties?.[listKey]?.items;
  const keys = Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    description: property.description ?? '',
    required: schema?.required?.includes(name) === true,
    snippet: property.type === 'array' ? '[$1]' : '"$1"',
  }));
  return [...keys.filter((key) => key.required), ...keys.filter((key) => !key.required)];
}
