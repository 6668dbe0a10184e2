import type { DatasetExample } from '../dataset/example';
import type { Finding, Severity } from '../dataset/finding';
import type { TokenLength } from '../text/token-lengths';

/** The rules that need a tokenizer; the others are in src/dataset/rules. */
const LENGTH_RULES = { 'over-length': 'warning', 'answer-lost': 'error' } as const satisfies Record<string, Severity>;

/**
 * What truncation takes from an example, at its first character; undefined where it fits. Estimated counts give no error: the answer
 * may not be lost at all.
 */
export function lengthFinding(
  file: string,
  example: Pick<DatasetExample, 'line' | 'column' | 'offset'>,
  length: TokenLength,
  maxSeqLength: number,
  estimated: boolean,
): Finding | undefined {
  if (length.truncated === 0) return undefined;
  const about = estimated ? 'about ' : '';
  const size = `the example has ${about}${text(length.tokens)} tokens, max_seq_length is ${text(maxSeqLength)}`;
  const lost = length.trained === 0 && !estimated;
  const message = lost
    ? `no token of the answer fits: ${size} - raise max_seq_length, or shorten the question`
    : `${about}${text(length.truncated)} tokens are cut off the end: ${size} - shorten it, or raise max_seq_length`;
  const rule = lost ? 'answer-lost' : 'over-length';
  return {
    file,
    line: example.line,
    column: example.column,
    endLine: example.line,
    endColumn: example.column + 1,
    severity: LENGTH_RULES[rule],
    rule,
    message,
    related: [],
    offset: example.offset,
    endOffset: example.offset + 1,
    fixes: [],
  };
}

function text(value: number): string {
  return value.toLocaleString('en-US');
}
