import type { DatasetFormat } from '../dataset/example';
import type { TextEdit } from '../dataset/finding';

/**
 * The edit that takes an example out of a text, with the comma or the line break that parts it from the next one, so that what is left
 * is as well laid out as before.
 * @param place of the example in `text`, UTF-16
 */
export function deleteExample(
  text: string,
  { offset, endOffset }: { readonly offset: number; readonly endOffset: number },
  format: DatasetFormat,
): TextEdit {
  if (format === 'csv' || format === 'tsv') return deleteRow(text, offset, endOffset);
  const after = skipBlanks(text, endOffset);
  const before = skipBlanksBack(text, offset);
  if (format === 'jsonl') return { start: before, end: before === 0 ? after : endOffset, text: '' };
  // The next one takes its place.
  if (text[after] === ',') return { start: offset, end: skipBlanks(text, after + 1), text: '' };
  if (text[before - 1] === ',') return { start: before - 1, end: endOffset, text: '' };
  return { start: before, end: after, text: '' };
}

/** White space around a row may be cells of its neighbours, so only its line end goes with it. */
function deleteRow(text: string, offset: number, endOffset: number): TextEdit {
  const lineEnd = /^(?:\r\n?|\n)?/.exec(text.slice(endOffset, endOffset + 2))![0].length;
  if (lineEnd > 0) return { start: offset, end: endOffset + lineEnd, text: '' };
  const before = /(?:\r\n?|\n)?$/.exec(text.slice(Math.max(0, offset - 2), offset))![0].length;
  return { start: offset - before, end: endOffset, text: '' };
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
