import { nearest } from '../../base/nearest';

/** How an example names its parts; how the file holds its examples (JSON array, lines, table) is another matter. */
export type DatasetKind = 'qa' | 'alpaca' | 'sharegpt' | 'messages' | 'prompt-completion';

export const KINDS: readonly DatasetKind[] = ['qa', 'alpaca', 'sharegpt', 'messages', 'prompt-completion'];

export const KIND_NAMES: Readonly<Record<DatasetKind, string>> = {
  qa: 'Q&A',
  alpaca: 'Alpaca',
  sharegpt: 'ShareGPT',
  messages: 'OpenAI messages',
  'prompt-completion': 'prompt/completion',
};

/** The keys an example cannot do without, question first. */
export const REQUIRED_KEYS: Readonly<Record<DatasetKind, readonly string[]>> = {
  qa: ['question', 'answer'],
  alpaca: ['instruction', 'output'],
  sharegpt: ['conversations'],
  messages: ['messages'],
  'prompt-completion': ['prompt', 'completion'],
};

/** So many sound examples at the start of a file decide what kind it is. */
export const DECIDING_EXAMPLES = 16;

/** The kind whose required keys an object has, all of them; undefined where it has those of none. */
export function kindOf(value: unknown): DatasetKind | undefined {
  if (!isObject(value)) return undefined;
  return KINDS.find((kind) => REQUIRED_KEYS[kind].every((key) => Object.hasOwn(value, key)));
}

/**
 * The kind of most of the values. Where none is whole, keys that are there alone or misspelt speak for their kind.
 * 'qa' where nothing speaks for any.
 */
export function majorityKind(values: readonly unknown[]): DatasetKind {
  const whole = count(values, (value) => kindOf(value));
  return most(whole) ?? most(count(values, guessKind)) ?? 'qa';
}

/** The kind that a table with these columns holds. */
export function kindOfColumns(columns: readonly string[]): DatasetKind {
  return majorityKind([Object.fromEntries(columns.map((name) => [name, '']))]);
}

function guessKind(value: unknown): DatasetKind | undefined {
  if (!isObject(value)) return undefined;
  const present = count(Object.keys(value), (key) => KINDS.find((kind) => REQUIRED_KEYS[kind].includes(key)));
  const all = Object.values(REQUIRED_KEYS).flat();
  return (
    most(present) ??
    most(
      count(Object.keys(value), (key) => {
        const meant = nearest(key, all);
        return meant === undefined ? undefined : KINDS.find((kind) => REQUIRED_KEYS[kind].includes(meant));
      }),
    )
  );
}

function count<T>(
  values: readonly T[],
  kindOfOne: (value: T) => DatasetKind | undefined,
): ReadonlyMap<DatasetKind, number> {
  const votes = new Map<DatasetKind, number>();
  for (const value of values) {
    const kind = kindOfOne(value);
    if (kind !== undefined) votes.set(kind, (votes.get(kind) ?? 0) + 1);
  }
  return votes;
}

/** Of equal votes, the kind that stands first in KINDS. */
function most(votes: ReadonlyMap<DatasetKind, number>): DatasetKind | undefined {
  let best: DatasetKind | undefined;
  for (const kind of KINDS) {
    if ((votes.get(kind) ?? 0) > (best === undefined ? 0 : votes.get(best)!)) best = kind;
  }
  return best;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
