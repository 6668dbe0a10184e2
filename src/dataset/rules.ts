import type { Severity } from './finding';
import { SYNTAX_RULES } from './mistakes';
import type { Rule } from './rule';
import { exactDuplicate } from './rules/exact-duplicate';
import { misspeltOptionalKey } from './rules/misspelt-optional-key';

/** The rules about the content of valid examples. A new rule is a file in rules/, a line here, and a page in docs/rules. */
export const CONTENT_RULES: readonly Rule[] = [exactDuplicate, misspeltOptionalKey];

/** What the reading of a file, its JSON and the schema report. */
const READING_RULES: Readonly<Record<string, Severity>> = {
  ...Object.fromEntries(SYNTAX_RULES.map((id) => [id, 'error'] as const)),
  'empty-file': 'error',
  'not-json': 'error',
  'not-text': 'error',
  'wrong-encoding': 'error',
  'top-level': 'error',
  'missing-key': 'error',
  'misspelt-key': 'error',
  'wrong-type': 'error',
  'blank-text': 'error',
  'duplicate-key': 'warning',
};

/** Every rule's id, each with its page docs/rules/<id>.md. */
export const RULE_IDS: readonly string[] = [
  ...new Set([...Object.keys(READING_RULES), ...CONTENT_RULES.map((rule) => rule.id)]),
].sort();

/** The severity of what reading, syntax and schema report. */
export function readingSeverity(rule: string): Severity {
  return READING_RULES[rule] ?? 'error';
}
