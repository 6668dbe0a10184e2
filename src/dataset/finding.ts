import { formatPlace, MOST_CHARACTERS } from '../base/errors';
import { shortened } from '../base/printable';

export type Severity = 'error' | 'warning' | 'info';

/** A place in a file; line and column are 1-based, columns in UTF-16 code units, as VS Code counts. */
export interface FindingPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Replaces the UTF-16 range [start, end) by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A mechanical repair. Its edits do not overlap and are applied together. */
export interface Fix {
  /** Imperative, as the editor's menu shows it: `Remove the trailing comma`. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Whether "fix all" may apply it without being looked at: it cannot change what the text means. */
  readonly safe: boolean;
}

/** One thing that is wrong, or doubtful, at an exact range of a file. */
export interface Finding extends FindingPlace {
  readonly endLine: number;
  /** The column after the last character. */
  readonly endColumn: number;
  readonly severity: Severity;
  /** The rule's id; docs/rules/<id>.md explains it. */
  readonly rule: string;
  /** The reason and, after a dash, what to do. */
  readonly message: string;
  /** Other places that belong to it, such as the twin of a duplicate. */
  readonly related: readonly FindingPlace[];
  /** UTF-16 offsets of the range in the file's text (a byte order mark not counted). */
  readonly offset: number;
  readonly endOffset: number;
  /** Repairs to choose from, best first; offsets are of the file's text. Empty where there is no mechanical one. */
  readonly fixes: readonly Fix[];
  /** It is about the file as a whole, and stands at its start or its first example because it must stand somewhere. */
  readonly aboutFile?: true;
}

/** The fields of `sft validate --json`. */
export function findingToJson(finding: Finding): Omit<Finding, 'offset' | 'endOffset' | 'fixes'> {
  const { file, line, column, endLine, endColumn, severity, rule, message, related } = finding;
  return { file, line, column, endLine, endColumn, severity, rule, message, related };
}

/** `train.json:41:5 error answer is blank - write one or delete the example [blank-text]` */
export function formatFinding(finding: Finding): string {
  return `${formatPlace(finding)} ${finding.severity} ${withRule(finding)}`;
}

/** `train.json:41:5 answer is blank - write one or delete the example [blank-text]`, where a heading says how grave it is. */
export function formatHeadedFinding(finding: Finding): string {
  return `${formatPlace(finding)} ${withRule(finding)}`;
}

function withRule({ message, related, rule }: Finding): string {
  const twins = related.map((place) => `; see ${formatPlace(place)}`).join('');
  return `${shortened(message, MOST_CHARACTERS)}${twins} [${rule}]`;
}
