import { SftError } from '../base/errors';
import { DatasetChecker, type DatasetItem } from './check';
import { byTheirNames, categoryField, OUR_COLUMNS, type Columns } from './columns';
import type { ExampleMessage } from './example';
import type { Finding, TextEdit } from './finding';
import { convertExample } from './formats/convert';
import type { DatasetKind } from './formats/kind';
import { tableFormat } from './formats/table-file';
import { elementLike, layoutOf, type Layout } from './json/layout';
import { ElementScanner } from './json/scan';

/** A question with the answer it should have, in the conversation it was asked in. */
export interface NewExample {
  /** What stands before the question: the system message and earlier turns. */
  readonly history: readonly ExampleMessage[];
  readonly question: string;
  readonly answer: string;
  readonly agency?: string;
}

export interface AppendedExample {
  /** Of the text it was made for. */
  readonly edit: TextEdit;
  readonly kind: DatasetKind;
  /** What the file's kind has no place for, as a person reads it; empty where nothing is lost. */
  readonly lost: readonly string[];
  /** The category that most examples of the file have and the new one has not; its values, the most frequent first. */
  readonly lacks?: { readonly field: string; readonly values: readonly string[] };
}

/**
 * The edit that puts an example at the end of a dataset's text, in the file's own format, kind, layout and line ends. An empty
 * file becomes one of questions and answers, or of messages where something stands before the question. A question that the file has already keeps its
 * category.
 * @param file names the text in errors, and tells JSONL by its ending
 * @throws SftError `not-appendable` where the text is broken, a table, or no list of examples; nothing is guessed then
 */
export function appendExample(
  file: string,
  text: string,
  example: NewExample,
  columns: Columns = OUR_COLUMNS,
): AppendedExample {
  if (tableFormat(file) !== undefined) {
    throw refusal(file, 'examples can be added to JSON and JSONL files only', 'convert the table first (sft convert)');
  }
  const lines = /\.(?:jsonl|ndjson)$/i.test(file);
  if (text.trim() === '' || text === '\ufeff') return toEmptyFile(text, lines, example, columns);
  const bom = text.startsWith('\ufeff') ? 1 : 0;
  const checker = new DatasetChecker(file, { rules: [], columns });
  const items = [...checker.push(text.slice(bom)), ...checker.finish()];
  const { agency, values } = categoryFor(example, items);
  const { value, lost } = written({ ...example, ...(agency === undefined ? {} : { agency }) }, checker.kind, columns);
  const edit = checker.format === 'json' ? intoArray(text, bom, value) : afterLastLine(text, bom, value);
  if (edit === undefined) {
    const findings = items.flatMap((item) => (item.type === 'finding' ? [item.finding] : []));
    throw broken(file, findings);
  }
  const lacks = values.length === 0 ? {} : { lacks: { field: categoryField(columns), values } };
  return { edit, kind: checker.kind, lost, ...lacks };
}

/** The category of an example, or else those to choose from where more than half of the others have one. */
function categoryFor(
  { agency, question }: NewExample,
  items: readonly DatasetItem[],
): { readonly agency?: string; readonly values: readonly string[] } {
  if (agency !== undefined) return { agency, values: [] };
  const others = items.flatMap((item) => (item.type === 'example' ? [item.example.value] : []));
  const counts = new Map<string, number>();
  let having = 0;
  for (const other of others) {
    if (other.agency === undefined) continue;
    if (other.question === question) return { agency: other.agency, values: [] };
    having++;
    counts.set(other.agency, (counts.get(other.agency) ?? 0) + 1);
  }
  if (2 * having <= others.length) return { values: [] };
  return { values: [...counts].toSorted(([, a], [, b]) => b - a).map(([value]) => value) };
}

function toEmptyFile(text: string, lines: boolean, example: NewExample, columns: Columns): AppendedExample {
  const kind = example.history.length === 0 ? 'qa' : 'messages';
  const { value, lost } = written(example, kind, columns);
  const content = lines ? JSON.stringify(value) : JSON.stringify([value], null, 2);
  const start = text.startsWith('\ufeff') ? 1 : 0;
  return { edit: { start, end: text.length, text: `${content}\n` }, kind, lost };
}

/** The example as the file's kind and its own names have it. */
function written(example: NewExample, kind: DatasetKind, columns: Columns): ReturnType<typeof convertExample> {
  const { history, question, answer, agency } = example;
  const turns = [...history, { role: 'user', content: question }, { role: 'assistant', content: answer }];
  const category = agency === undefined ? {} : { [categoryField(columns)]: agency };
  const { value, lost } = convertExample({ messages: turns, ...category }, 'messages', kind);
  return { value: byTheirNames(value, columns), lost };
}

/** @returns undefined where the text is no JSON array; a comma after its last example is made use of */
function intoArray(text: string, from: number, value: object): TextEdit | undefined {
  const end = text.trimEnd().length;
  const open = from + /^\s*/.exec(text.slice(from))![0].length;
  if (text[open] !== '[' || text[end - 1] !== ']') return undefined;
  const last = text.slice(0, end - 1).trimEnd().length;
  const trailing = text[last - 1] === ',';
  if (!isJson(trailing ? text.slice(from, last - 1) + text.slice(last) : text.slice(from))) return undefined;
  const places = lastTwo(text, open + 1, end - 1);
  if (places === undefined) {
    const eol = text.includes('\r\n') ? '\r\n' : '\n';
    const layout: Layout = { eol, indent: '  ', unit: '  ', inline: undefined };
    return { start: open + 1, end: end - 1, text: `${eol}  ${elementLike(value, layout)}${eol}` };
  }
  const { before, start, end: stop } = places;
  const written = elementLike(value, layoutOf(text, start, stop));
  const gap = text.slice(before.at, start);
  if (trailing) return { start: last, end: last, text: gap.replace(',', '') + written };
  return { start: stop, end: stop, text: (before.comma ? gap : `,${gap || afterComma(written)}`) + written };
}

/** One-line arrays put a space after a comma where they put one after a colon. */
function afterComma(written: string): string {
  return /^\{\s*"(?:[^"\\]|\\.)*": /.test(written) ? ' ' : '';
}

interface LastElement {
  /** Where what stands between it and the element before begins, or the array; whether that holds a comma. */
  readonly before: { readonly at: number; readonly comma: boolean };
  readonly start: number;
  readonly end: number;
}

/** The last element of an array that is sound JSON but perhaps for a comma at its end. */
function lastTwo(text: string, from: number, close: number): LastElement | undefined {
  const scanner = new ElementScanner();
  let found: LastElement | undefined;
  let gap = { at: from, comma: false };
  for (let at = from; ;) {
    while (at < close && /[\s,]/.test(text[at]!)) at++;
    if (at >= close) return found;
    const end = scanner.scan(text, at);
    // Deeper than any dataset is: where the last element starts does not matter then.
    if (end < 0) return { before: gap, start: at, end: text.slice(0, close).trimEnd().length };
    found = { before: gap, start: at, end };
    gap = { at: end, comma: true };
    at = end;
  }
}

/** @returns undefined where the last line is not whole: what is added would become a part of it */
function afterLastLine(text: string, from: number, value: object): TextEdit | undefined {
  const end = text.trimEnd().length;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const line = Math.max(from, text.lastIndexOf('\n', end - 1) + 1);
  const start = isJson(text.slice(line, end)) ? line : from;
  const whole = new ElementScanner();
  for (let at = start; at < end;) {
    const stop = whole.scan(text, at);
    if (stop < 0 || !isJson(text.slice(at, stop))) return undefined;
    at = stop;
    while (at < end && /\s/.test(text[at]!)) at++;
  }
  const added = elementLike(value, { ...layoutOf(text, line, end), inline: inlineOf(text, line, end) });
  const next = /^[ \t]*\r?\n/.exec(text.slice(end, end + 200));
  if (next === null) return { start: end, end: text.length, text: `${eol}${added}${eol}` };
  const at = end + next[0].length;
  return { start: at, end: at, text: `${added}${eol}` };
}

function inlineOf(text: string, start: number, end: number): Layout['inline'] {
  return layoutOf(text, start, end).inline ?? { padded: false, spaced: false };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function broken(file: string, findings: readonly Finding[]): SftError {
  const [first] = findings.filter(({ severity }) => severity === 'error');
  const remedy = 'fix the file, then save the answer again';
  if (first === undefined) return refusal(file, 'the file is not valid JSON', remedy);
  return new SftError('not-appendable', `nothing was added, because the file is damaged there: ${first.message}`, {
    file,
    line: first.line,
    column: first.column,
    remedy,
  });
}

function refusal(file: string, reason: string, remedy: string): SftError {
  return new SftError('not-appendable', reason, { file, remedy });
}
