import { OUR_COLUMNS } from '../dataset/columns';
import { DatasetChecker, type DatasetItem } from '../dataset/check';
import { ALL_CONTENT_RULES } from '../dataset/rules';
import type { TextEdit } from '../dataset/finding';
import { pieces } from './pieces';
import type { AnalysisSettings } from './protocol';

/** A repair may uncover the next mistake; real files are done after two or three rounds. */
const ROUNDS = 10;

/** A part of the repaired text: a range of the original, or a text put in. */
type Part = { readonly from: number; readonly to: number } | { readonly text: string };

/**
 * Every safe repair of a text, round after round until there is none left, as one list of edits to the original: in order, not
 * overlapping. In steps, as analyseText. Rules that are off repair nothing.
 */
export function* fixAllEdits(
  file: string,
  original: string,
  { rules, columns = OUR_COLUMNS }: Pick<AnalysisSettings, 'rules' | 'columns'>,
): Generator<undefined, TextEdit[], undefined> {
  let parts: Part[] = [{ from: 0, to: original.length }];
  let text = original;
  for (let round = 0; round < ROUNDS; round++) {
    const edits: TextEdit[] = [];
    const checker = new DatasetChecker(file, { rules: ALL_CONTENT_RULES, columns });
    const take = (items: readonly DatasetItem[]): void => {
      for (const item of items) {
        if (item.type !== 'finding' || rules[item.finding.rule] === 'off') continue;
        const fix = item.finding.fixes.find((one) => one.safe);
        if (fix !== undefined) edits.push(...withoutOverlap(edits, fix.edits));
      }
    };
    for (const piece of pieces(text)) {
      take(checker.push(piece));
      yield undefined;
    }
    take(checker.finish());
    if (edits.length === 0) break;
    edits.sort((a, b) => a.start - b.start || a.end - b.end);
    parts = editParts(parts, edits);
    text = applyEdits(text, edits);
  }
  return editsOf(parts, original);
}

/** All edits of a fix, or none where one of them touches what is edited already: the next round will see it. */
function withoutOverlap(taken: readonly TextEdit[], edits: readonly TextEdit[]): readonly TextEdit[] {
  const recent = taken.slice(-100);
  const clash = edits.some((edit) => recent.some((other) => edit.start <= other.end && other.start <= edit.end));
  return clash ? [] : edits;
}

/** The text after edits that are in order and do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const out: string[] = [];
  let at = 0;
  for (const edit of edits) {
    out.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  out.push(text.slice(at));
  return out.join('');
}

function sizeOf(part: Part): number {
  return 'text' in part ? part.text.length : part.to - part.from;
}

function slicePart(part: Part, start: number, end: number): Part {
  return 'text' in part ? { text: part.text.slice(start, end) } : { from: part.from + start, to: part.from + end };
}

/** The parts after edits to the text they make up. */
export function editParts(parts: readonly Part[], edits: readonly TextEdit[]): Part[] {
  const out: Part[] = [];
  let at = 0;
  let next = 0;
  for (const part of parts) {
    const size = sizeOf(part);
    let kept = 0;
    while (next < edits.length && edits[next]!.start < at + size) {
      const { start, end, text } = edits[next]!;
      if (start > at + kept) out.push(slicePart(part, kept, start - at));
      if (start >= at) out.push({ text });
      kept = Math.min(size, Math.max(kept, end - at));
      // An edit that reaches into the next part is met again there, to drop the rest of its range.
      if (end > at + size) break;
      next++;
    }
    if (kept < size) out.push(slicePart(part, kept, size));
    at += size;
  }
  for (; next < edits.length; next++) if (edits[next]!.start >= at) out.push({ text: edits[next]!.text });
  return out;
}

/** The parts as edits of the original, in order. */
export function editsOf(parts: readonly Part[], original: string): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let inserted = '';
  const close = (until: number): void => {
    if (until > at || inserted !== '') edits.push({ start: at, end: until, text: inserted });
    inserted = '';
  };
  for (const part of parts) {
    if ('text' in part) inserted += part.text;
    else {
      close(part.from);
      at = part.to;
    }
  }
  close(original.length);
  return edits.filter((edit) => original.slice(edit.start, edit.end) !== edit.text);
}
