import type { TextEdit } from '../dataset/finding';

/**
 * The edit that takes an example out of a text, with the comma or the line break that parts it from the next one, so that what is left
 * is as well laid out as before.
 * @param place of the example in `text`, UTF-16
 * @param lines whether each example is a line (JSONL); they stand in an array otherwise
 */
export function deleteExample(
  text: string,
  { offset, endOffset }: { readonly offset: number; readonly endOffset: number },
  lines: boolean,
): TextEdit {
  const after = skipBlanks(text, endOffset);
  const before = skipBlanksBack(text, offset);
  if (lines) return { start: before, end: before === 0 ? after : endOffset, text: '' };
  // The next one takes its place.
  if (text[after] === ',') return { start: offset, end: skipBlanks(text, after + 1), text: '' };
  if (text[before - 1] === ',') return { start: before - 1, end: endOffset, text: '' };
  return { start: before, end: after, text: '' };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

/** @returns where the blanks before `from` begin */
function skipBlanksBack(text: string, from: number): number {
  let at = from;
  while (at > 0 && /\s/.test(text[at - 1]!)) at--;
  return at;
}
