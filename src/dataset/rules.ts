import type { Severity } from './finding';
import { SYNTAX_RULES } from './json/mistakes';
import { NEAR_DUPLICATE_THRESHOLD } from './near/near-threshold';
import type { OtherSides } from './split/other-sides';
import type { CrossRule, ExampleRule, Rule } from './rule';
import { exactDuplicate } from './rules/exact-duplicate';
import { agencyImbalance } from './rules/agency-imbalance';
import { contradictoryAnswers } from './rules/contradictory-answers';
import { datasetSize } from './rules/dataset-size';
import { languageMismatch } from './rules/language-mismatch';
import { lengthOutlier } from './rules/length-outlier';
import { nearAgency } from './rules/near-agency';
import { nearDuplicateAt } from './rules/near-duplicate';
import { misspeltOptionalKey } from './rules/misspelt-optional-key';
import { otherFormat, unusedKey } from './rules/example-notes';
import { controlCharacters } from './rules/control-characters';
import { controlToken } from './rules/control-token';
import { cutAnswer } from './rules/cut-answer';
import { htmlRemnant } from './rules/html-remnant';
import { listAsText } from './rules/list-as-text';
import { markdownRemnant } from './rules/markdown-remnant';
import { mergedQuestions } from './rules/merged-questions';
import { missingMedia } from './rules/missing-media';
import { mojibake } from './rules/mojibake';
import { paddedText } from './rules/padded-text';
import { personalData } from './rules/personal-data';
import { placeholderAnswer } from './rules/placeholder-answer';
import { repeatsQuestion } from './rules/repeats-question';
import { repetition } from './rules/repetition';
import { splitLeak } from './rules/split-leak';
import { urlOnly } from './rules/url-only';

/** Rules that compare examples or need the whole file. They cost time and memory: only what shows findings to a person asks for them. */
export function crossExampleRules(nearDuplicateThreshold: number): readonly CrossRule[] {
  return [
    nearDuplicateAt(nearDuplicateThreshold),
    contradictoryAnswers,
    nearAgency,
    languageMismatch,
    lengthOutlier,
    agencyImbalance,
    datasetSize,
  ];
}

export const CROSS_EXAMPLE_RULES = crossExampleRules(NEAR_DUPLICATE_THRESHOLD);

/** Rules that look at one example alone. They say what a person should look at, and reading for training has no use for them. */
export const SINGLE_EXAMPLE_RULES: readonly ExampleRule[] = [
  controlCharacters,
  controlToken,
  cutAnswer,
  htmlRemnant,
  listAsText,
  markdownRemnant,
  mergedQuestions,
  missingMedia,
  mojibake,
  paddedText,
  personalData,
  placeholderAnswer,
  repeatsQuestion,
  repetition,
  urlOnly,
];

/** The rules about the content of valid examples. A new rule is a file in rules/, a line here, and a page in docs/rules. */
export const CONTENT_RULES: readonly Rule[] = [exactDuplicate, misspeltOptionalKey, otherFormat, unusedKey];

/** What a person may set for the rules, and what they need besides the file. */
export interface ContentRuleOptions {
  /** NEAR_DUPLICATE_THRESHOLD where not given. */
  readonly nearDuplicateThreshold?: number;
  /** The examples of the other files that this one must not share any with; unless given, there never will be another. */
  readonly otherSides?: readonly OtherSides[];
}

/** All rules about content, for `sft validate` and the editor; reading for training and splitting takes CONTENT_RULES. */
export function contentRules({
  nearDuplicateThreshold = NEAR_DUPLICATE_THRESHOLD,
  otherSides,
}: ContentRuleOptions = {}): readonly Rule[] {
  const cross = crossExampleRules(nearDuplicateThreshold);
  const leak = otherSides === undefined ? [] : [splitLeak(otherSides, nearDuplicateThreshold)];
  return [...CONTENT_RULES, ...SINGLE_EXAMPLE_RULES, ...cross, ...leak];
}

/** As contentRules, for one file on its own. */
export const ALL_CONTENT_RULES = contentRules();

/** What the reading of a file, its JSON and the schema report. */
const READING_RULES: Readonly<Record<string, Severity>> = {
  ...Object.fromEntries(SYNTAX_RULES.map((id) => [id, 'error'] as const)),
  'empty-file': 'error',
  'not-data': 'error',
  'not-json': 'error',
  'not-text': 'error',
  'wrong-encoding': 'error',
  'top-level': 'error',
  'too-many-errors': 'error',
  'missing-key': 'error',
  'misspelt-key': 'error',
  'wrong-type': 'error',
  'blank-text': 'error',
  'duplicate-key': 'warning',
  'mixed-format': 'error',
  'unknown-role': 'error',
  'last-turn': 'error',
  'nothing-learnt': 'error',
  'tool-turns': 'error',
  'turn-order': 'warning',
  'csv-header': 'error',
  'csv-columns': 'error',
};

/** Every rule's id, each with its page docs/rules/<id>.md. */
export const RULE_IDS: readonly string[] = [
  ...new Set([...Object.keys(READING_RULES), ...ALL_CONTENT_RULES.map((rule) => rule.id), 'split-leak']),
].sort();

/** The severity of what reading, syntax and schema report. */
export function readingSeverity(rule: string): Severity {
  return READING_RULES[rule] ?? 'error';
}
