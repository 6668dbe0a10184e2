import type { Node } from 'jsonc-parser';
import type { DatasetExample } from './example';
import type { Note } from './formats/reading';
import type { Finding, FindingPlace, Fix, Severity } from './finding';

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

/** What a text of an example is for, whatever its format calls it; a transcript holds several turns, with marks between them. */
export type TextRole = 'question' | 'answer' | 'agency' | 'system' | 'other' | 'transcript';

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
  /** What the reading of the example has to tell of the file. */
  readonly notes: readonly Note[];
}

/** A range of a file with its lines and offsets, kept for a finding that is made after the example has gone. */
export type KeptPlace = Pick<Finding, 'file' | 'line' | 'column' | 'endLine' | 'endColumn' | 'offset' | 'endOffset'>;

/** The first character of an example, where a finding about all of it stands: underlined as a whole it would hide what else is wrong in it. */
export function openingOf({
  file,
  line,
  column,
  offset,
}: Pick<KeptPlace, 'file' | 'line' | 'column' | 'offset'>): KeptPlace {
  return { file, line, column, endLine: line, endColumn: column + 1, offset, endOffset: offset + 1 };
}

/** A finding at the end of the file; offsets of place and fixes are of the file's text. */
export interface EndFinding extends Pick<Finding, 'aboutFile'> {
  readonly rule: string;
  readonly place: KeptPlace;
  readonly message: string;
  readonly severity?: Severity;
  readonly related?: readonly FindingPlace[];
  readonly fixes?: readonly Fix[];
}

export type EndReport = (finding: EndFinding) => void;

/** A rule about one example alone: the same example has the same findings wherever it stands, so that they can be kept. */
export interface ExampleRule {
  readonly id: string;
  readonly severity: Severity;
  check(subject: RuleSubject, report: Report): void;
}

/**
 * Where an example stands, all of it; `subject` reads the example itself, which a finding may need. Good until `add` returns: whoever
 * goes through 50,000 examples fills in one object.
 */
export interface ExampleAt extends KeptPlace {
  readonly subject: () => RuleSubject;
}

/** Offsets are within the example's source; without them the whole example is meant, see openingOf. */
export type CrossFinding = Omit<RuleFinding, 'start' | 'end'> & Partial<Pick<RuleFinding, 'start' | 'end'>>;
export type CrossReport = (finding: CrossFinding) => void;

/** Compares the examples of a file by their digests, in file order, and says at its end what only the whole file tells. */
export interface CrossCheck {
  add(digest: unknown, at: ExampleAt, report: CrossReport): void;
  finish?(report: EndReport): void;
}

/**
 * A rule that compares examples. `digest` is all that is costly and depends on the example alone: an editor keeps it for each
 * example and, after a change, makes one digest and compares all again.
 */
export interface CrossRule {
  readonly id: string;
  readonly severity: Severity;
  digest(subject: RuleSubject): unknown;
  /**
   * Hashes of 32 bits of what it compares two examples by. It has nothing to say of an example that has none in common with another:
   * whoever holds the digests of all does not give it that one.
   */
  keys?(digest: unknown, visit: (key: number) => void): void;
  /** @param held the caller holds all digests for as long as it gives them */
  start(held?: boolean): CrossCheck;
}

export type Rule = ExampleRule | CrossRule;

export function isCrossRule(rule: Rule): rule is CrossRule {
  return 'digest' in rule;
}

/** What a cross-example rule is made of, its digests typed. */
interface CrossRuleParts<Digest> {
  readonly id: string;
  readonly severity: Severity;
  readonly digest: (subject: RuleSubject) => Digest;
  readonly keys?: (digest: Digest, visit: (key: number) => void) => void;
  readonly start: (held?: boolean) => {
    add(digest: Digest, at: ExampleAt, report: CrossReport): void;
    finish?(report: EndReport): void;
  };
}

/** A rule only ever sees its own digests, which lets rules of different digests stand in one list. */
export function crossRule<Digest>(parts: CrossRuleParts<Digest>): CrossRule {
  return parts;
}
