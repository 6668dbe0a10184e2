import { KINDS, REQUIRED_KEYS, type DatasetKind } from './kind';
import { nearKey } from './near-key';
import { readExample } from './read-example';
import { isJsonObject } from './reading';

/** So many sound examples at the start of a file decide what kind it is. */
export const DECIDING_EXAMPLES = 16;

/** An object with more keys is no example: the rest is not looked at. */
const MOST_KEYS = 1000;

/**
 * The kind of most of the values. Where none is whole, keys that are there alone or misspelt speak for their kind.
 * 'qa' where nothing speaks for any.
 */
export function majorityKind(values: readonly unknown[]): DatasetKind {
  const whole = count(values, (value) => readExample(value)?.kind);
  return most(whole) ?? most(count(values, guessKind)) ?? 'qa';
}

/** The kind that a table with these columns holds. */
export function kindOfColumns(columns: readonly string[]): DatasetKind {
  return majorityKind([Object.fromEntries(columns.map((name) => [name, '']))]);
}

function guessKind(value: unknown): DatasetKind | undefined {
  if (!isJsonObject(value)) return undefined;
  const keys = Object.keys(value).slice(0, MOST_KEYS);
  const present = count(keys, (key) => KINDS.find((kind) => REQUIRED_KEYS[kind].includes(key)));
  const all = Object.values(REQUIRED_KEYS).flat();
  return (
    most(present) ??
    most(
      count(keys, (key) => {
        const meant = nearKey(key, all);
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
