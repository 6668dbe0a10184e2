import assert from 'node:assert/strict';

/** The values, of which there must be one: a loop over none passes whatever it asks. */
export function atLeastOne<T>(values: Iterable<T>): readonly T[] {
  const all = [...values];
  assert.ok(all.length > 0, 'there is nothing to look at');
  return all;
}
