import type { Node } from 'jsonc-parser';
import type { DatasetExample } from './example';
import type { FindingPlace, Fix, Severity } from './finding';

/** A finding as a rule reports it: offsets are within the example's source. */
export interface RuleFinding {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly severity?: Severity;
  readonly related?: readonly FindingPlace[];
  /** Offsets of the edits are within the example's source, as start and end are. */
  readonly fixes?: readonly Fix[];
}

export type Report = (finding: RuleFinding) => void;

/** What a text of an example is for, whatever its format calls it. */
export type TextRole = 'question' | 'answer' | 'agency' | 'system' | 'other';

/** One text of an example and the JSON string that holds it. */
export interface SubjectText {
  readonly role: TextRole;
  /** Decoded. */
  readonly value: string;
  /** Range of the string in the example's source, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** A valid example as a rule sees it. */
export interface RuleSubject {
  readonly file: string;
  readonly example: DatasetExample;
  /** The example's JSON as it stands in the file. */
  readonly source: string;
  /** The JSON tree of `source`, built when first asked for. */
  readonly tree: () => Node;
  /** Its texts in file order, found when first asked for: look at `example.value` first, and ask only when there is something to report. */
  readonly texts: () => readonly SubjectText[];
}

/** A rule about content: `start` is called once for a file and gives the function that checks its examples in order. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  start(): (subject: RuleSubject, report: Report) => void;
}
