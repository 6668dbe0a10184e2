import type { DatasetKind } from './kind';
import { isJsonObject, type Note, type Reading } from './reading';

/** Keys that mean something to other tools, and would change what a model is asked or learns. */
const MEANT: ReadonlySet<string> = new Set([
  'context',
  'contexts',
  'passage',
  'passages',
  'document',
  'documents',
  'history',
  'system',
  'system_prompt',
  'instruction',
  'input',
  'tools',
  'functions',
  'image',
  'images',
  'video',
  'videos',
  'audio',
  'audios',
  'rejected',
  'choices',
  'options',
  'rationale',
  'chain_of_thought',
  'reasoning',
  'thinking',
]);

const USED: Readonly<Record<DatasetKind, readonly string[]>> = {
  qa: ['context', 'system', 'history'],
  alpaca: ['instruction', 'input', 'system', 'history'],
  'prompt-completion': ['system', 'history'],
  messages: ['system', 'tools', 'functions'],
  sharegpt: ['system', 'tools', 'functions'],
};

/** Whether examples of a kind say something by a key beside question, answer and turns. */
export function isUsed(kind: DatasetKind, key: string): boolean {
  return USED[kind].includes(key);
}

/** What is told of an example's keys that mean something and are not used. */
export function unusedKeys({ kind, value }: Pick<Reading, 'kind' | 'value'>): readonly Note[] {
  const notes: Note[] = [];
  for (const key in value) {
    if (!MEANT.has(key) || isUsed(kind, key) || saysNothing(value[key])) continue;
    const message = `"${key}" is not used: the model neither sees nor learns it - move its content into the question, or remove the key`;
    notes.push({ rule: 'unused-key', severity: 'warning', message });
  }
  // KTO's mark of an answer that a model shall not give.
  if (kind === 'prompt-completion' && value['label'] === false) {
    const message = '"label" false marks an unwanted completion, but it would be learned - delete such examples';
    notes.push({ rule: 'unused-key', severity: 'warning', message });
  }
  if (kind !== 'messages' && kind !== 'sharegpt' && (value['weight'] === 0 || value['train'] === false)) {
    const key = value['weight'] === 0 ? '"weight" 0' : '"train" false';
    const message = `${key} leaves out turns of conversations, not examples: these examples are learned like the others - delete them`;
    notes.push({ rule: 'unused-key', severity: 'warning', message });
  }
  const turns = kind === 'messages' ? value['messages'] : kind === 'sharegpt' ? value['conversations'] : undefined;
  for (const [key, known, off] of MARKS) {
    if (!Array.isArray(turns) || !turns.some((turn) => isJsonObject(turn) && isOther(turn[key], known))) continue;
    const message = `"${key}" of a turn is neither ${known.join(' nor ')}, and changes nothing: the turn is learned like the others - write ${off} to leave it out, or remove the key`;
    notes.push({ rule: 'unused-key', severity: 'warning', message });
  }
  return notes;
}

/** Marks of a turn that is learnt or left out, the values that they can have, and the one that leaves it out. */
const MARKS: readonly (readonly [key: string, known: readonly unknown[], off: string])[] = [
  ['weight', [0, 1], '0'],
  ['train', [false, true], 'false'],
];

function isOther(value: unknown, known: readonly unknown[]): boolean {
  return value !== undefined && value !== null && !known.includes(value);
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === '' || (typeof value === 'string' && value.trim() === '')) return true;
  return typeof value === 'boolean' || (Array.isArray(value) && value.length === 0);
}
