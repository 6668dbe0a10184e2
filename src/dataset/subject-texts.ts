import type { Node } from 'jsonc-parser';
import { flatTexts } from './json/flat-texts';
import { roleOf, TURN_KEYS } from './formats/conversation';
import type { DatasetKind } from './formats/kind';
import { nodeAt, propertyOf, type Path } from './formats/places';
import type { JsonObject, Reading } from './formats/reading';
import type { SubjectText, TextRole } from './rule';

const SHARED: Readonly<Record<string, TextRole>> = { system: 'system' };
const ROLES: Readonly<Record<DatasetKind, Readonly<Record<string, TextRole>>>> = {
  qa: { ...SHARED, question: 'question', context: 'question', answer: 'answer' },
  alpaca: { ...SHARED, instruction: 'question', input: 'question', output: 'answer' },
  sharegpt: SHARED,
  messages: SHARED,
  'prompt-completion': { ...SHARED, prompt: 'question', completion: 'answer' },
};

/** @param category the field that examples are grouped by */
function roleOfKey(key: string, kind: DatasetKind, category: string): TextRole {
  return key === category ? 'agency' : (ROLES[kind][key] ?? 'other');
}

const TURN_ROLES = { user: 'question', assistant: 'answer', system: 'system', tool: 'other' } as const satisfies Record<
  string,
  TextRole
>;

/** A text in a table's cell: `start` and `end` include its quotes where it has any. */
export interface TableText extends SubjectText {
  readonly table: true;
}

/** The texts of a table's record. */
export function tableTexts(tree: Node, kind: DatasetKind, category = 'agency'): TableText[] {
  return subjectTexts(tree, kind, category).map((text) => ({ ...text, table: true }));
}

/** As subjectTexts, where no tree is needed to find them; undefined where one is. */
export function flatSubjectTexts(source: string, kind: DatasetKind, category: string): SubjectText[] | undefined {
  if (kind === 'sharegpt' || kind === 'messages') return undefined;
  return flatTexts(source)?.map(({ key, value, start, end }) => ({
    role: roleOfKey(key, kind, category),
    value,
    start,
    end,
  }));
}

/** The texts of an example, in file order. Each turn of a conversation has its speaker's role. */
export function subjectTexts(tree: Node, kind: DatasetKind = 'qa', category = 'agency'): SubjectText[] {
  const texts: SubjectText[] = [];
  for (const property of tree.children ?? []) {
    const [key, value] = property.children ?? [];
    const name = key!.value as string;
    if (value?.type === 'string') add(texts, roleOfKey(name, kind, category), value);
    else if ((kind === 'sharegpt' || kind === 'messages') && name === TURN_KEYS[kind].turns) {
      for (const turn of value?.children ?? []) addTurn(texts, turn, TURN_KEYS[kind]);
    }
  }
  return texts;
}

/**
 * As subjectTexts, of an example that is written otherwise than its kind wants it.
 * @param category the field that examples are grouped by
 */
export function movedTexts(
  tree: Node,
  { kind, value, places, category }: Pick<Reading, 'kind' | 'value' | 'places'> & { readonly category: string },
  table: boolean,
): SubjectText[] {
  const found = new Map<Node, SubjectText>();
  const take = (role: TextRole, path: Path): void => {
    const written = nodeAt(tree, places.of(path));
    for (const node of written === undefined ? [] : stringsIn(written)) {
      const { offset: start, length } = node;
      const known = found.get(node);
      const text = {
        role: known === undefined ? role : 'transcript',
        value: node.value as string,
        start,
        end: start + length,
      } as const;
      found.set(node, table ? ({ ...text, table: true } as TableText) : text);
    }
  };
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'string') take(roleOfKey(key, kind, category), [key]);
    if ((kind !== 'sharegpt' && kind !== 'messages') || key !== TURN_KEYS[kind].turns) continue;
    const { speaker, text } = TURN_KEYS[kind];
    for (const [at, turn] of (item as readonly JsonObject[]).entries()) {
      const role = roleOf(turn[speaker]);
      if (role !== undefined) take(TURN_ROLES[role], [key, at, text]);
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/** The texts at or under a node: one, or those of a list of parts. */
function stringsIn(node: Node): Node[] {
  if (node.type === 'string') return [node];
  if (node.type === 'array') return (node.children ?? []).flatMap(stringsIn);
  const inner = propertyOf(node, 'text') ?? propertyOf(node, 'parts');
  return inner === undefined ? [] : stringsIn(inner.children![1]!);
}

function addTurn(texts: SubjectText[], turn: Node, keys: { readonly speaker: string; readonly text: string }): void {
  const valueOf = (name: string): Node | undefined =>
    turn.children?.findLast((property) => property.children?.[0]?.value === name)?.children?.[1];
  const text = valueOf(keys.text);
  const role = roleOf(valueOf(keys.speaker)?.value);
  if (text?.type === 'string' && role !== undefined) add(texts, TURN_ROLES[role], text);
}

function add(texts: SubjectText[], role: TextRole, node: Node): void {
  texts.push({ role, value: node.value as string, start: node.offset, end: node.offset + node.length });
}

/**
 * Where the characters [from, to) of a decoded text stand in the source, escapes counted as they are written: JSON's, or in
 * a table's cell the doubled quote.
 * @param source the example's source
 */
export function sourceRange(
  source: string,
  text: SubjectText,
  from: number,
  to: number,
): { start: number; end: number } {
  const json = !('table' in text);
  const quoted = source[text.start] === '"';
  let at = text.start + (quoted ? 1 : 0);
  let start = at;
  for (let decoded = 0; decoded < to; decoded++) {
    if (decoded === from) start = at;
    if (json) at += source[at] !== '\\' ? 1 : source[at + 1] === 'u' ? 6 : 2;
    else at += quoted && source[at] === '"' ? 2 : 1;
  }
  return { start: from >= to ? at : start, end: at };
}
