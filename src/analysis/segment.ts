import { advance, columnOf, TEXT_START, type Cursor } from '../dataset/json/cursor';
import type { Finding } from '../dataset/finding';
import { shiftFix } from '../dataset/shift-fix';
import type { ElementState } from '../dataset/json/parsed';
import type { TokenLength } from '../text/token-lengths';

/** How far a text leads: its size in UTF-16 code units, the line ends in it, and the size of what follows the last of them. */
export interface Extent {
  readonly size: number;
  readonly lines: number;
  readonly tail: number;
}

/** A finding with its place counted from the start of a segment: lines from 0, columns from 0 in the segment's first line. */
export type LocalFinding = Finding;

/** Most segments and examples have none: 50,000 empty lists of their own would be held. */
export const NO_FINDINGS: readonly LocalFinding[] = [];

/** What depends on an example alone, kept as long as it is not edited; its extent is that of the source. */
export interface ExampleFacts extends Extent {
  /** Of the source. */
  readonly hash: number;
  /** Whether an answer in it has thoughts. */
  readonly thinks: boolean;
  /** Rules the example asks to be spared. */
  readonly ignored: readonly string[];
  readonly findings: readonly LocalFinding[];
  /** Of the cross-example rules, in their order. */
  readonly digests: readonly unknown[];
  /** Bit i: the cross-example rule that stands at i is to be given it. Written by Meetings. */
  meets: number;
}

/**
 * One value of a file with the text up to the next. All that it holds is relative to its start, so that nothing changes in it when the
 * text before it does. The first segment of a file is what stands before the first value.
 */
export interface Segment extends Extent {
  /** What the parser knew at its start; undefined for the first segment. */
  readonly state: ElementState | undefined;
  /** Of the value. */
  readonly sourceSize: number;
  /** The value is a valid example. */
  readonly valid: boolean;
  /** What reading, syntax and schema found. */
  readonly findings: readonly LocalFinding[];
  facts: ExampleFacts | undefined;
  length: TokenLength | undefined;
}

export function extentOf(text: string): Extent {
  const end = advance(TEXT_START, text, 0, text.length);
  return { size: text.length, lines: end.line, tail: text.length - end.lineStart };
}

export function extentBetween(from: Cursor, to: Cursor): Extent {
  const lines = to.line - from.line;
  return {
    size: to.offset - from.offset,
    lines,
    tail: lines === 0 ? to.offset - from.offset : to.offset - to.lineStart,
  };
}

/** The cursor after a text of this extent. */
export function moved(at: Cursor, { size, lines, tail }: Extent): Cursor {
  const offset = at.offset + size;
  return lines === 0
    ? { offset, line: at.line, lineStart: at.lineStart }
    : { offset, line: at.line + lines, lineStart: offset - tail };
}

/** A cursor that goes through segments, of which a file has many: it is moved, not made anew. */
export class Walker implements Cursor {
  offset = 0;
  line = 0;
  lineStart = 0;

  pass({ size, lines, tail }: Extent): void {
    this.offset += size;
    if (lines === 0) return;
    this.line += lines;
    this.lineStart = this.offset - tail;
  }

  /** The cursor as it is now. */
  get here(): Cursor {
    return { offset: this.offset, line: this.line, lineStart: this.lineStart };
  }
}

/** The finding, whose places are the file's, as one of the segment that starts at `at`. */
export function toLocal(finding: Finding, at: Cursor): LocalFinding {
  return shifted(finding, -at.offset, -(at.line + 1), -columnOf(at), at.line + 1);
}

/** The finding of a segment that starts at `at`, with the places of the file. */
export function toFile(finding: LocalFinding, at: Cursor): Finding {
  return shifted(finding, at.offset, at.line + 1, columnOf(at), 0);
}

/** @param first the line in which columns shift as well */
function shifted(finding: Finding, by: number, lines: number, columns: number, first: number): Finding {
  const column = (line: number, value: number): number => (line === first ? value + columns : value);
  return {
    ...finding,
    line: finding.line + lines,
    column: column(finding.line, finding.column),
    endLine: finding.endLine + lines,
    endColumn: column(finding.endLine, finding.endColumn),
    offset: finding.offset + by,
    endOffset: finding.endOffset + by,
    related: finding.related.map((place) =>
      place.file === finding.file
        ? { file: place.file, line: place.line + lines, column: column(place.line, place.column) }
        : place,
    ),
    fixes: finding.fixes.map((fix) => shiftFix(fix, by)),
  };
}
