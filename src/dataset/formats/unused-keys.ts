import type { DatasetKind } from './kind';
import type { Note, Reading } from './reading';

/** Keys that mean something to other tools, and would change what a model is asked or learns. */
const MEANT: readonly string[] = [
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
  'reasoning',
  'thinking',
];

const USED: Readonly<Record<DatasetKind, readonly string[]>> = {
  qa: ['context', 'system', 'history'],
  alpaca: ['instruction', 'input', 'system', 'history'],
  'prompt-completion': ['system', 'history'],
  messages: ['system'],
  sharegpt: ['system'],
};

/** What is told of an example's keys that mean something and are not used. */
export function unusedKeys({ kind, value }: Pick<Reading, 'kind' | 'value'>): readonly Note[] {
  const notes: Note[] = [];
  for (const key of MEANT) {
    if (!(key in value) || USED[kind].includes(key) || saysNothing(value[key])) continue;
    const message = `"${key}" is not used: the model neither sees nor learns it - write what it says into the question, or remove the key`;
    notes.push({ rule: 'unused-key', severity: 'warning', message });
  }
  // KTO's mark of an answer that a model shall not give.
  if (kind === 'prompt-completion' && value['label'] === false) {
    const message =
      '"label" false marks a completion that is not wanted, yet it would be learnt - delete such examples';
    notes.push({ rule: 'unused-key', severity: 'warning', message });
  }
  return notes;
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === '' || (typeof value === 'string' && value.trim() === '')) return true;
  return typeof value === 'boolean' || (Array.isArray(value) && value.length === 0);
}
