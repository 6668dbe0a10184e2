import type { DatasetFormat } from '../example';
import type { Fix, Severity } from '../finding';

/** What the parser knows where a value begins, besides the text that follows. */
export interface ElementState {
  readonly format: DatasetFormat;
  /** Of the values before this one: none, one, or more, which is all that counts. */
  readonly elements: 0 | 1 | 2;
  /** The array's brackets are not both there, and that was said. */
  readonly bracketsReported: boolean;
  /** What stands before it was broken, so that it may be a consequence. */
  readonly doubtful: boolean;
}

export const FIRST_STATE: ElementState = { format: 'jsonl', elements: 0, bracketsReported: false, doubtful: false };

/** One value of the file, sound JSON. Offsets are of the file's text; `source` is the text between them. */
export interface ParsedElement {
  readonly type: 'element';
  readonly start: number;
  readonly end: number;
  readonly source: string;
  readonly value: unknown;
  /** The same key stands more than once in the object, or in one that it holds. */
  readonly repeatedKeys: boolean;
  /** As it was where the value began; a table's record has none. */
  readonly state?: ElementState;
}

export interface ParsedMistake {
  readonly type: 'mistake';
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** The rule's where it is not given. */
  readonly severity?: Severity;
  /** At offsets of the file's text. */
  readonly fixes?: readonly Fix[];
}

export type Parsed = ParsedElement | ParsedMistake;

/** The state as an object, the one of the value before where it is the same: a caller may hold the state of every value. */
export function sameState(
  last: ElementState,
  format: DatasetFormat,
  count: number,
  bracketsReported: boolean,
  doubtful: boolean,
): ElementState {
  const elements = count === 0 ? 0 : count === 1 ? 1 : 2;
  const same =
    last.format === format &&
    last.elements === elements &&
    last.bracketsReported === bracketsReported &&
    last.doubtful === doubtful;
  return same ? last : { format, elements, bracketsReported, doubtful };
}
