import { AS_WRITTEN, Places, type Path } from './places';
import { asWritten, isJsonObject, type JsonObject, type Note, type Reading } from './reading';

export type FlatKind = 'qa' | 'alpaca' | 'prompt-completion';

/** Names of other tools for the keys of a kind: OpenOrca, Dolly, AfriQA, SQuAD. The kind's own name is preferred. */
const SYSTEM = { system: ['system_prompt'] } as const;
const OTHER_NAMES: Readonly<Record<FlatKind, Readonly<Record<string, readonly string[]>>>> = {
  qa: { answer: ['answers', 'response'], ...SYSTEM },
  alpaca: { output: ['response'], input: ['context'], ...SYSTEM },
  'prompt-completion': { completion: ['response'], ...SYSTEM },
};

/** Keys that say nothing where they are null, as exports write what an example does not have. */
const OPTIONAL_KEYS: ReadonlySet<string> = new Set([
  'input',
  'context',
  'system',
  'system_prompt',
  'history',
  'agency',
]);

const FLAT_KEYS: readonly (readonly [FlatKind, asked: string, answered: string])[] = [
  ['qa', 'question', 'answer'],
  ['alpaca', 'instruction', 'output'],
  ['prompt-completion', 'prompt', 'completion'],
];

/** The kind whose question and answer an object has, one of them under another tool's name. */
export function otherFlatKind(value: JsonObject): FlatKind | undefined {
  return FLAT_KEYS.find(
    ([kind, asked, answered]) => asked in value && OTHER_NAMES[kind][answered]!.some((name) => name in value),
  )?.[0];
}

/** An example of one question and one answer, its keys by the names that its kind gives them. */
export function flatReading(kind: FlatKind, value: JsonObject): Reading {
  const renamed = renames(kind, value);
  const answered = FLAT_KEYS.find(([one]) => one === kind)![2];
  const written = renamed.get(answered) ?? answered;
  const listed = typeof value[written] === 'object' ? firstText(value[written]) : undefined;
  const plain = renamed.size === 0 && listed === undefined && !hasNull(value);
  if (plain) return asWritten(kind, value);
  const places = renamed.size === 0 && listed === undefined ? AS_WRITTEN : new Places();
  const native = new Map([...renamed].map(([name, other]) => [other, name]));
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const name = native.get(key) ?? key;
    // Another key says it; or nothing is said.
    if (name === key && renamed.has(key)) continue;
    if (item === null && OPTIONAL_KEYS.has(key)) continue;
    entries.push([name, key === written && listed !== undefined ? listed.text : item]);
    const path = key === written && listed !== undefined ? [key, ...listed.path] : [key];
    if (path.length > 1 || name !== key) places.move([name], path);
  }
  const notes = listed === undefined ? [] : [listNote(written)];
  return { kind, value: Object.fromEntries(entries), places, notes };
}

function hasNull(value: JsonObject): boolean {
  for (const key of OPTIONAL_KEYS) if (value[key] === null) return true;
  return false;
}

/** Which keys stand under another name. */
function renames(kind: FlatKind, value: JsonObject): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, others] of Object.entries(OTHER_NAMES[kind])) {
    if (!isBlank(value[name])) continue;
    const other = others.find((key) => !isBlank(value[key]));
    if (other !== undefined) found.set(name, other);
    else if (!(name in value)) {
      const there = others.find((key) => key in value);
      if (there !== undefined && !OPTIONAL_KEYS.has(name)) found.set(name, there);
    }
  }
  return found;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The first of several answers: a list of texts, or SQuAD's `{"text": […]}`; '' where there is none. */
function firstText(value: unknown): { readonly text: string; readonly path: Path } | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) return { text: '', path: [] };
    const first: unknown = value[0];
    if (typeof first === 'string') return { text: first, path: [0] };
    return isJsonObject(first) && typeof first['text'] === 'string'
      ? { text: first['text'], path: [0, 'text'] }
      : undefined;
  }
  if (!isJsonObject(value) || !Array.isArray(value['text'])) return undefined;
  const inner = firstText(value['text']);
  return inner === undefined ? undefined : { text: inner.text, path: ['text', ...inner.path] };
}

function listNote(key: string): Note {
  const message = `"${key}" holds lists of answers: the first of each is learned`;
  return { rule: 'other-format', severity: 'warning', message };
}
