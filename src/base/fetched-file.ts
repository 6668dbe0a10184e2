import { readFileSync, statSync, type Stats } from 'node:fs';
import { SftError } from './errors';
import { explainImpostor, START_BYTES } from './impostor';
import { isDeeper } from './nesting';

/** Of a file of a model or an adapter, as JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The largest tokenizer.json in use has 40 MB. */
const MOST_TEXT_BYTES = 256e6;
/** Nothing that a model brings is nested deeper than 20. */
const DEEPEST = 200;
/**
 * What is at the path of a file that is to be read; undefined where nothing is.
 * @throws SftError unreadable-file for a folder, a pipe or what may not be looked at
 */
export function statFile(file: string): Stats | undefined {
  let found: Stats;
  try {
    found = statSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw cannotRead(file, cause);
  }
  if (found.isDirectory()) throw unreadable(file, 'is a folder, not a file');
  if (!found.isFile()) throw unreadable(file, 'is a device or a pipe, not a file');
  return found;
}

function unreadable(file: string, reason: string, cause?: unknown): SftError {
  const remedy = 'put the file itself there, and check that you may read it';
  return new SftError('unreadable-file', reason, { file, remedy, exitCode: 2, cause });
}

/**
 * Whether a small file of a model or adapter exists.
 * @throws SftError unreadable-file for what is not a file, or one that is too large
 */
export function hasFetchedFile(file: string): boolean {
  const found = statFile(file);
  if (found === undefined) return false;
  if (found.size <= MOST_TEXT_BYTES) return true;
  throw unreadable(file, `has ${Math.round(found.size / 1e6)} MB, more than such a file can have`);
}

/**
 * The JSON object in a file of a model or adapter; undefined where the file does not exist.
 * @throws SftError unreadable-file, not-the-file, model-file-not-json
 */
export function readFetchedJson(file: string): JsonObject | undefined {
  if (!hasFetchedFile(file)) return undefined;
  try {
    return parseFetchedJson(file, readFileSync(file, 'utf8'));
  } catch (error) {
    throw error instanceof SftError ? error : cannotRead(file, error);
  }
}

/** @throws SftError not-the-file, model-file-not-json */
export function parseFetchedJson(file: string, written: string): JsonObject {
  const text = withoutMark(written);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw (
      explainImpostor(file, text.slice(0, START_BYTES), text.length) ??
      notJson(file, `is not valid JSON (${(cause as Error).message})`, placeOfJsonError(text, cause as Error))
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notJson(file, 'must hold one JSON object');
  }
  if (isDeeper(value, DEEPEST)) throw notJson(file, `is nested deeper than ${DEEPEST}`);
  return value as JsonObject;
}

/** Without a byte-order mark. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** What the system said when a file was read, in words. */
export function cannotRead(file: string, cause: unknown): SftError {
  return unreadable(file, `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, cause);
}

function notJson(file: string, reason: string, place: { line?: number; column?: number } = {}): SftError {
  const remedy = 'download the file again: it may be incomplete';
  return new SftError('model-file-not-json', reason, { file, ...place, remedy, exitCode: 2 });
}

/** V8 names the position in most of its messages: "... at position 42". */
function placeOfJsonError(text: string, error: Error): { line?: number; column?: number } {
  const position = /position (\d+)/.exec(error.message)?.[1];
  if (position === undefined) return {};
  const before = text.slice(0, Number(position));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}
