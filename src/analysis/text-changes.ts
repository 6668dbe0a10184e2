import type { TextChange } from './protocol';

/** The text after the changes, which are applied in order, each to the result of those before it. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  return changes.reduce(
    (held, { offset, length, text: inserted }) => held.slice(0, offset) + inserted + held.slice(offset + length),
    text,
  );
}
