import type { Severity } from '../finding';
import type { ExampleRule, RuleSubject, SubjectText } from '../rule';
import { sourceRange } from '../subject-texts';

/** A repair in terms of the decoded text: its characters [from, to) become `text`. */
export interface TextRepair {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly safe: boolean;
}

/** What is wrong with the characters [from, to) of a decoded text. */
export interface TextProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly severity?: Severity;
  readonly repair?: TextRepair;
}

/** More in one text are not told apart: each needs its place in the source found. */
const MAX_IN_TEXT = 50;

/**
 * A rule that looks at one text at a time.
 * @param suspicious a cheap look at the example before its texts are found; false where nothing can be wrong
 * @param find the problems of one decoded text, in order
 */
export function textRule(
  id: string,
  severity: Severity,
  suspicious: (subject: RuleSubject) => boolean,
  find: (text: SubjectText, subject: RuleSubject) => Iterable<TextProblem>,
): ExampleRule {
  return {
    id,
    severity,
    check(subject, report) {
      if (!suspicious(subject)) return;
      for (const text of subject.texts()) {
        let count = 0;
        for (const { from, to, message, severity: own, repair } of find(text, subject)) {
          if (++count > MAX_IN_TEXT) break;
          const edit = repair === undefined ? undefined : encodedEdit(subject.source, text, repair);
          report({
            rule: id,
            ...sourceRange(subject.source, text, from, to),
            message,
            ...(own === undefined ? {} : { severity: own }),
            ...(edit === undefined || repair === undefined
              ? {}
              : { fixes: [{ title: repair.title, safe: repair.safe, edits: [edit] }] }),
          });
        }
      }
    },
  };
}

/** The repair as an edit of the source, written as JSON, or a table's cell, wants it. */
function encodedEdit(
  source: string,
  text: SubjectText,
  repair: TextRepair,
): { start: number; end: number; text: string } | undefined {
  const range = sourceRange(source, text, repair.from, repair.to);
  if (!('table' in text)) return { ...range, text: JSON.stringify(repair.text).slice(1, -1) };
  if (source[text.start] === '"') return { ...range, text: repair.text.replaceAll('"', '""') };
  // A cell without quotes cannot hold what separates cells.
  return /[",;\t\r\n]/.test(repair.text) ? undefined : { ...range, text: repair.text };
}

/** Whether the source, or what its \u escapes may stand for, matches. */
export function sourceMatches(pattern: RegExp): (subject: RuleSubject) => boolean {
  return ({ source }) => pattern.test(source) || source.includes('\\u');
}

/** All matches of a global pattern. */
export function* matchesOf(pattern: RegExp, text: string): Generator<{ from: number; to: number; found: string }> {
  // Most texts have none, and matchAll makes a copy of the pattern first.
  if (text.search(pattern) === -1) return;
  for (const match of text.matchAll(pattern)) {
    yield { from: match.index, to: match.index + match[0].length, found: match[0] };
  }
}

/** The matched text for a message. */
export function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= 40 ? `"${line}"` : `"${line.slice(0, 39)}…"`;
}
