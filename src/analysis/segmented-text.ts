import { byOurNames, OUR_COLUMNS, type Columns } from '../dataset/columns';
import { DatasetChecker, type DatasetItem, type ElementStart } from '../dataset/check';
import { advance, TEXT_START, type Cursor } from '../dataset/json/cursor';
import type { DatasetFormat } from '../dataset/example';
import type { DatasetKind } from '../dataset/formats/kind';
import { DECIDING_EXAMPLES, majorityKind } from '../dataset/formats/majority-kind';
import type { ElementState } from '../dataset/json/parsed';
import { HeldText } from './held-text';
import type { TextChange } from './protocol';
import { extentBetween, moved, NO_FINDINGS, toLocal, type Segment } from './segment';

/** What is pushed first after an edit: most often the next value follows within it. */
const FIRST_PIECE = 2048;

/** A text cut into its values, and kept so under edits: only the values that an edit touches are read again. */
export class SegmentedText {
  readonly text: HeldText;
  segments: Segment[] = [];
  format: DatasetFormat = 'jsonl';
  kind: DatasetKind = 'qa';
  header = '';
  /** Segments and text agree; where they do not, `read` makes them. */
  ready = false;
  private stopped = false;

  constructor(
    private readonly file: string,
    /** Whole, or in parts. */
    text: string | readonly string[],
    /** Gets the segments that are dropped. */
    private readonly onDrop: (segment: Segment) => void,
    /** The file's own names for ours, where it has any. */
    private columns: Columns = OUR_COLUMNS,
  ) {
    this.text = new HeldText(withoutMark(text));
  }

  /** Has the text read again, by other names. */
  rename(columns: Columns): void {
    this.columns = columns;
    this.ready = false;
  }

  /** Reads the whole text, in steps. */
  *read(): Generator<undefined, void, undefined> {
    const builder = new SegmentBuilder(TEXT_START);
    const checker = new DatasetChecker(this.file, {
      rules: [],
      columns: this.columns,
      onElement: (start, end, before) => {
        builder.open(start, end, before);
      },
    });
    for (const piece of this.text.pieces()) {
      builder.take(checker.push(piece));
      if (checker.stopped) break;
      yield undefined;
    }
    this.stopped = checker.stopped;
    builder.take(checker.finish());
    for (const segment of this.segments) this.onDrop(segment);
    this.segments = builder.finish(this.endFrom(builder.at));
    this.format = checker.format;
    this.kind = checker.kind;
    this.header = checker.header;
    this.ready = true;
  }

  change(change: TextChange): void {
    this.text.change(change);
    this.ready = this.ready && !this.stopped && this.header === '' && this.follow(change);
  }

  /** Reads again what the change touches. False where the whole must be read. */
  private follow({ offset, length, text }: TextChange): boolean {
    const { segments } = this;
    let touched = 0;
    let at = TEXT_START;
    let from = 0;
    let fromAt = TEXT_START;
    for (; touched < segments.length - 1 && at.offset + segments[touched]!.size <= offset; touched++) {
      // Reading begins at a value that is whole, after one without a mistake: nothing that follows can change what is before it.
      if (touched > 0 && segments[touched - 1]!.findings.length === 0 && segments[touched]!.state !== undefined) {
        from = touched;
        fromAt = at;
      }
      at = moved(at, segments[touched]!);
    }
    const search = new OldSegments(segments, touched, at.offset, offset + length, text.length - length);
    const builder = new SegmentBuilder(fromAt);
    const state = segments[from]?.state;
    const checker = new DatasetChecker(this.file, {
      rules: [],
      columns: this.columns,
      onElement: (start, end, before) => {
        if (search.found !== undefined) return;
        if (search.find(start, end)) builder.close(start.at, before);
        else builder.open(start, end, before);
      },
      ...(state === undefined ? {} : { resume: { at: fromAt, state, kind: this.kind } }),
    });
    // Once the search has found its place, what the checker still finds is known.
    const take = (found: readonly DatasetItem[]): void => {
      if (search.found === undefined) builder.take(found);
    };
    for (const piece of growing(this.text.pieces(fromAt.offset))) {
      take(checker.push(piece));
      if (search.found !== undefined || checker.stopped) break;
    }
    if (search.found === undefined) {
      this.stopped = checker.stopped;
      take(checker.finish());
    }
    const synced = search.found;
    if (checker.kind !== this.kind) return false;
    const fresh = synced === undefined ? builder.finish(this.endFrom(builder.at)) : builder.closed;
    // A resumed reading begins with a value, before which the builder's first segment is empty.
    if (state !== undefined) fresh.shift();
    for (const segment of segments.slice(from, synced ?? segments.length)) this.onDrop(segment);
    this.segments = [...segments.slice(0, from), ...fresh, ...segments.slice(synced ?? segments.length)];
    if (synced === undefined) this.format = checker.format;
    return from > DECIDING_EXAMPLES || this.decidedKind() === this.kind;
  }

  /** The kind that the first examples decide. */
  private decidedKind(): DatasetKind {
    const values: unknown[] = [];
    let at = 0;
    for (const segment of this.segments) {
      if (values.length === DECIDING_EXAMPLES) break;
      if (segment.state !== undefined) {
        values.push(byOurNames(JSON.parse(this.text.slice(at, at + segment.sourceSize)), this.columns));
      }
      at += segment.size;
    }
    return majorityKind(values);
  }

  private endFrom(at: Cursor): Cursor {
    return advance(at, this.text.slice(at.offset, this.text.length), at.offset, this.text.length);
  }
}

function withoutMark(text: string | readonly string[]): string | readonly string[] {
  if (typeof text === 'string') return text.startsWith('\ufeff') ? text.slice(1) : text;
  return text[0]?.startsWith('\ufeff') === true ? [text[0].slice(1), ...text.slice(1)] : text;
}

/** Makes segments of what a checker finds. */
class SegmentBuilder {
  readonly closed: Segment[] = [];
  private state: ElementState | undefined;
  private sourceSize = 0;
  private valid = false;
  private findings: Segment['findings'][number][] = [];

  /** @param at start of the segment that is being made */
  constructor(public at: Cursor) {}

  take(items: readonly DatasetItem[]): void {
    for (const item of items) {
      if (item.type === 'example') this.valid = true;
      else this.findings.push(toLocal(item.finding, this.at));
    }
  }

  /** A value begins. @param before what was found since the last one began */
  open({ at, state }: ElementStart, end: number, before: readonly DatasetItem[]): void {
    this.close(at, before);
    this.state = state;
    this.sourceSize = end - at.offset;
  }

  close(at: Cursor, before: readonly DatasetItem[]): void {
    this.take(before);
    const { state, sourceSize, valid, findings } = this;
    const { size, lines, tail } = extentBetween(this.at, at);
    // Spelt out: objects made by spreading have no shape of their own, and each walk over them is several times slower.
    const found = findings.length === 0 ? NO_FINDINGS : findings;
    this.closed.push({
      size,
      lines,
      tail,
      state,
      sourceSize,
      valid,
      findings: found,
      facts: undefined,
      length: undefined,
    });
    this.at = at;
    this.state = undefined;
    this.sourceSize = 0;
    this.valid = false;
    if (findings.length > 0) this.findings = [];
  }

  finish(end: Cursor): Segment[] {
    this.close(end, []);
    return this.closed;
  }
}

/** Finds the old segment that begins where a value read again does: from there on the text and its reading are the same. */
class OldSegments {
  /** Number of the segment. */
  found: number | undefined;

  constructor(
    private readonly segments: readonly Segment[],
    private index: number,
    /** Offset of segments[index]. */
    private offset: number,
    /** Of the old text: the end of the change. */
    private readonly changeEnd: number,
    /** How far the change moved what follows it. */
    private readonly by: number,
  ) {}

  /** Looks whether the value is the first of an old segment; values are given in order. */
  find({ at, state }: ElementStart, end: number): boolean {
    const wanted = at.offset - this.by;
    if (wanted < this.changeEnd) return false;
    while (this.offset < wanted && this.index < this.segments.length) this.offset += this.segments[this.index++]!.size;
    const old = this.segments[this.index];
    if (old?.state === undefined || this.offset !== wanted || old.sourceSize !== end - at.offset) return false;
    const same =
      old.state.format === state.format &&
      old.state.elements === state.elements &&
      old.state.bracketsReported === state.bracketsReported &&
      old.state.doubtful === state.doubtful;
    if (same) this.found = this.index;
    return same;
  }
}

/** The same text in pieces that begin small and grow. */
function* growing(pieces: Iterable<string>): Generator<string, void, undefined> {
  let size = FIRST_PIECE;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      let to = Math.min(piece.length, at + size);
      if (piece.charCodeAt(to - 1) === 13 && piece.charCodeAt(to) === 10) to++;
      yield piece.slice(at, to);
      at = to;
      size *= 2;
    }
  }
}
