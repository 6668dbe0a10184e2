import type { Fix } from './finding';

/** The fix with its edits moved: by the place of an example in its file, or back. @param by UTF-16 code units */
export function shiftFix(fix: Fix, by: number): Fix {
  return { ...fix, edits: fix.edits.map(({ start, end, text }) => ({ start: start + by, end: end + by, text })) };
}
