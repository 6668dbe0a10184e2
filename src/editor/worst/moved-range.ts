/** A range of a text, in UTF-16 code units. */
export interface TextRange {
  readonly offset: number;
  readonly endOffset: number;
}

/** A part of a text that was replaced by another of `length`. */
export interface TextReplacement extends TextRange {
  readonly length: number;
}

/** Where a range stands after a change to its text; undefined where the change was within it. */
export function movedRange(range: TextRange, change: TextReplacement): TextRange | undefined {
  if (change.offset >= range.endOffset) return range;
  if (change.endOffset > range.offset) return undefined;
  const by = change.length - (change.endOffset - change.offset);
  return { offset: range.offset + by, endOffset: range.endOffset + by };
}
