import type { DatasetExample } from '../dataset/example';
import type { Finding, Severity } from '../dataset/finding';
import { joinedText, JOINED_REMEDY, LEFT_OUT_REMEDY, type TokenLength } from '../text/token-lengths';

/** The rules that need a tokenizer; the others are in src/dataset/rules. */
const LENGTH_RULES = {
  'over-length': 'warning',
  'answer-lost': 'error',
  'template-refuses': 'error',
  'tool-turns': 'error',
  'asked-otherwise': 'error',
  'thoughts-dropped': 'warning',
  'tools-left-out': 'warning',
} as const satisfies Record<string, Severity>;

type StartPlace = Pick<DatasetExample, 'line' | 'column' | 'offset'>;

/**
 * What truncation takes from an example, and what keeps it from being trained as it is asked, at its first character. Estimated counts give
 * no error: the answer may not be lost at all.
 */
export function lengthFindings(
  file: string,
  example: StartPlace,
  length: TokenLength,
  maxSeqLength: number,
  estimated: boolean,
): Finding[] {
  const found: Finding[] = [];
  const add = (rule: keyof typeof LENGTH_RULES, message: string): void => {
    found.push(atStart(file, example, rule, LENGTH_RULES[rule], message));
  };
  const { problem } = length;
  if (problem?.kind === 'refused') {
    add('template-refuses', `${problem.reason} - change the conversation to what the model supports`);
  }
  if (problem?.kind === 'tools') add('tool-turns', problem.reason);
  if (problem?.kind === 'joined') add('asked-otherwise', `${joinedText(problem)} - ${JOINED_REMEDY}`);
  if (problem?.kind === 'dropped') {
    const count =
      problem.answers === 1 ? 'the thoughts of an answer are' : `the thoughts of ${problem.answers} answers are`;
    add(
      'thoughts-dropped',
      `${count} not trained: the chat template leaves them out, or enable_thinking is false - write them into the answer as <think>...</think>, or set enable_thinking to true`,
    );
  }
  if (problem?.kind === 'left-out') {
    add(
      'tools-left-out',
      `the chat template leaves out ${problem.what}: the model does not see it - ${LEFT_OUT_REMEDY}`,
    );
  }
  if (length.truncated > 0) {
    const about = estimated ? 'about ' : '';
    const size = `the example has ${about}${text(length.tokens)} tokens, max_seq_length is ${text(maxSeqLength)}`;
    if (length.trained === 0 && !estimated) {
      add('answer-lost', `no token of the answer fits: ${size} - raise max_seq_length, or shorten the question`);
    } else {
      add(
        'over-length',
        `${about}${text(length.truncated)} tokens are cut off at the end: ${size} - shorten it, or raise max_seq_length`,
      );
    }
  }
  return found;
}

/** What is to be said of a chat template and its model. */
export interface TemplateRemark {
  readonly rule: string;
  readonly message: string;
}

/** What is said of a chat template, once, at the first example of a file. */
export function remarkFindings(file: string, example: StartPlace, remarks: readonly TemplateRemark[]): Finding[] {
  return remarks.map(({ rule, message }) => {
    return { ...atStart(file, example, rule, 'warning', message), aboutFile: true };
  });
}

function atStart(file: string, example: StartPlace, rule: string, severity: Severity, message: string): Finding {
  const { line, column, offset } = example;
  const place = { file, line, column, endLine: line, endColumn: column + 1, offset, endOffset: offset + 1 };
  return { ...place, severity, rule, message, related: [], fixes: [] };
}

function text(value: number): string {
  return value.toLocaleString('en-US');
}
