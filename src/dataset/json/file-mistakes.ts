import type { Fix } from '../finding';
import { isObject } from './look-ahead';
import { quoted } from './mistakes';
import { LOOK_AHEAD } from './recover-text';
import { removal, replacement } from './syntax-fixes';
import { extraComma } from './value-mistakes';

/** What is wrong with a file around and between its values, at offsets of the text it was found in. */
export interface FileMistake {
  readonly rule: string;
  readonly start: number;
  /** After the last character; equal to `start` where something is missing. */
  readonly end: number;
  /** The reason and, after a dash, what to do. */
  readonly message: string;
  /** Repairs, best first, at offsets of the same text. */
  readonly fixes?: readonly Fix[];
}

/** The file begins with something else than an array or an object, and none follows. */
export function noDataset(text: string, at: number): FileMistake {
  const lineEnd = /^[^\r\n]{1,200}/.exec(text.slice(at, at + 200))?.[0].trimEnd().length ?? 1;
  const rule = /^(?:"|-?\d|true\b|false\b|null\b)/.test(text.slice(at, at + 10)) ? 'top-level' : 'not-json';
  const reason = rule === 'not-json' ? 'this is not JSON' : 'a dataset is a list of examples';
  const remedy = 'write a JSON array [ {"question": "…", "answer": "…"}, … ] or one such object per line';
  const message = `${reason}: the file starts with ${quoted(text.slice(at, at + 60))} - ${remedy}`;
  return { rule, start: at, end: at + lineEnd, message };
}

/** The text [start, end) stands before the first bracket. */
export function textBefore(text: string, start: number, end: number): FileMistake {
  const shown = quoted(text.slice(start, start + 60));
  const message = `the file starts with ${shown} - remove it: a dataset starts with [ or {`;
  return { rule: 'unexpected-text', start, end, message };
}

export function commaBetweenLines(at: number): FileMistake {
  return { ...extraComma(at), message: 'a comma between two lines of JSONL - remove it' };
}

export function trailingComma(at: number): FileMistake {
  const message = 'there is a comma after the last example - remove it';
  const fixes = [removal('Remove the trailing comma', at, at + 1, true)];
  return { rule: 'trailing-comma', start: at, end: at + 1, message, fixes };
}

/** @param at where the comma should be */
export function missingComma(at: number): FileMistake {
  const message = 'a comma is missing between two examples - write , here';
  const fixes = [replacement('Write a comma', at, at, ',', true)];
  return { rule: 'missing-comma', start: at, end: at, message, fixes };
}

export function nestedArray(at: number): FileMistake {
  const message = '[ is extra here - remove it: one array holds all examples';
  const fixes = [removal('Remove the bracket', at, at + 1, false)];
  return { rule: 'wrong-bracket', start: at, end: at + 1, message, fixes };
}

/** A comma or ] after the first object, which begins at `at`: the examples are an array's. */
export function missingOpening(at: number): FileMistake {
  const message = 'the array has no opening bracket - write [ before its first example';
  const fixes = [replacement('Write [', at, at, '[', false)];
  return { rule: 'wrong-bracket', start: at, end: at, message, fixes };
}

/** A key stands where an example should begin. @param wrong how many characters stand where the brace should */
export function missingBrace(text: string, at: number, wrong: number): FileMistake {
  const message =
    wrong === 0
      ? 'the example has no opening brace - write { here'
      : `${text[at]!} stands where an example should start - write { here`;
  const fixes = [replacement('Write {', at, at + wrong, '{', false)];
  return { rule: 'wrong-bracket', start: at, end: at + wrong, message, fixes };
}

/** @param longest in UTF-16 code units */
export function tooLong(at: number, longest: number): FileMistake {
  const message = `this example is longer than ${longest / 1024 / 1024} million characters - close its brackets`;
  return { rule: 'too-long', start: at, end: at + 1, message };
}

export function notJson(start: number, end: number): FileMistake {
  const message = 'this is not JSON - write an object with "question" and "answer"';
  return { rule: 'unexpected-text', start, end, message };
}

/** Text at `at` that belongs to no value; `bracket` where it is a single bracket or colon. */
export function strayText(text: string, at: number): FileMistake & { readonly bracket: boolean } {
  const rest = text.slice(at, at + LOOK_AHEAD);
  const bracket = /^[{}[\]:]/.test(rest);
  const length = bracket ? 1 : (/^[^{[\],}\r\n]+/.exec(rest)?.[0].trimEnd().length ?? 1);
  const end = at + Math.max(1, length);
  if (bracket) {
    const rule = rest.startsWith(':') ? 'unexpected-text' : 'wrong-bracket';
    const fixes = [removal(`Remove ${rest[0]!}`, at, end, false)];
    return { rule, start: at, end, message: `${rest[0]!} is extra here - remove it`, fixes, bracket };
  }
  const message = `${quoted(text.slice(at, end))} is between two examples - remove it`;
  const from = at - /[ \t]*$/.exec(text.slice(Math.max(0, at - 200), at))![0].length;
  const fixes = [removal('Remove the text between the examples', from, end, false)];
  return { rule: 'unexpected-text', start: at, end, message, fixes, bracket };
}

/** Text after the array's end. @param rest from `at` on */
export function textAfter(rest: string, at: number): FileMistake {
  const end = at + (/^[^\r\n]*/.exec(rest)![0].slice(0, 200).trimEnd().length || 1);
  const message = `${quoted(rest.slice(0, 60))} is after the end of the array - remove it`;
  return { rule: 'unexpected-text', start: at, end, message };
}

/** Examples go on after the array's closing bracket. @param end after the bracket */
export function closedEarly(end: number): FileMistake {
  const message =
    'the array ends here, yet more examples follow - remove this bracket so that one array holds them all';
  const fixes = [removal('Remove the bracket', end - 1, end, false)];
  return { rule: 'wrong-bracket', start: end - 1, end, message, fixes };
}

export function emptyFile(): FileMistake {
  return { rule: 'empty-file', start: 0, end: 0, message: 'the file is empty - write at least one example' };
}

export function emptyArray(at: number): FileMistake {
  return { rule: 'empty-file', start: at, end: at, message: 'the array is empty - write at least one example' };
}

/** The file ends before its array does. @param comma offset of a comma that nothing follows, or -1 */
export function arrayCutOff(text: string, comma: number): FileMistake {
  const at = text.trimEnd().length;
  const message = 'the file ends before the array does - it was cut off, or ] is missing: write ] at the end';
  const close = { start: at, end: at, text: text.includes('\n') ? '\n]' : ']' };
  const edits = comma < 0 ? [close] : [{ start: comma, end: comma + 1, text: '' }, close];
  const fixes = [{ title: 'Write ] at the end', edits, safe: true }];
  return { rule: 'cut-off', start: at, end: at, message, fixes };
}

/**
 * The mistake of the example [start, end) that was cut off, with repairs that close the array around it as well.
 * @param before end of the example before it; undefined where there is none
 * @param open the array around it has still to be closed
 */
export function closedAround(
  mistake: FileMistake,
  text: string,
  { start, end, before, open }: { start: number; end: number; before: number | undefined; open: boolean },
): FileMistake {
  const bracket = !open ? '' : /\n\s*$/.test(text.slice(Math.max(0, start - 200), start)) ? '\n]' : ']';
  const fixes = (mistake.fixes ?? []).map(({ title, edits, safe }) => {
    const last = edits.at(-1)!;
    return { title, safe, edits: [...edits.slice(0, -1), { ...last, text: last.text + bracket }] };
  });
  // Without another example nothing would be left.
  if (before === undefined) return { ...mistake, fixes };
  const deletion = replacement('Delete the example that was cut off', before, end, bracket, false);
  return { ...mistake, fixes: [...fixes, deletion] };
}

/** The file holds one value and no array. @param known what it is, where that is known */
export function loneObject(at: number, value: unknown, known: string | undefined): FileMistake {
  const inner = isObject(value)
    ? Object.entries(value).find(([, v]) => Array.isArray(v) && v.some(isObject))?.[0]
    : undefined;
  const remedy =
    inner === undefined ? 'put [ before and ] after it' : `keep only the array under "${inner.slice(0, 40)}"`;
  const message = known ?? `the file holds one object, not a list of examples - ${remedy}`;
  return { rule: 'top-level', start: at, end: at + 1, message };
}
