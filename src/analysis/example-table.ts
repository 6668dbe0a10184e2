import type { TokenLength } from '../text/token-lengths';
import { EXAMPLE_WIDTH, type AnalysisResult } from './protocol';

/** One row of `AnalysisResult.examples`. */
export interface ExampleRow extends Omit<TokenLength, 'problem'> {
  readonly index: number;
  readonly offset: number;
  readonly endOffset: number;
}

/** The row of an example. */
export function exampleRow(examples: Int32Array, index: number): ExampleRow {
  const at = index * EXAMPLE_WIDTH;
  return {
    index,
    offset: examples[at]!,
    endOffset: examples[at + 1]!,
    tokens: examples[at + 2]!,
    trained: examples[at + 3]!,
    truncated: examples[at + 4]!,
    answers: examples[at + 5]!,
    trainedAnswers: examples[at + 6]!,
  };
}

/** The examples that share a character with [start, end), or touch an empty range; found by halving, in file order. */
export function exampleRowsIn(examples: Int32Array, start: number, end: number): ExampleRow[] {
  const count = examples.length / EXAMPLE_WIDTH;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (examples[middle * EXAMPLE_WIDTH + 1]! < start) low = middle + 1;
    else high = middle;
  }
  const rows: ExampleRow[] = [];
  for (let index = low; index < count && examples[index * EXAMPLE_WIDTH]! <= end; index++) {
    rows.push(exampleRow(examples, index));
  }
  return rows;
}

/** The range of the example, valid or not, that a finding lies in; undefined where there is none or its end is not known. */
export function exampleAround(
  { examples, invalid }: Pick<AnalysisResult, 'examples' | 'invalid'>,
  { offset, endOffset }: { readonly offset: number; readonly endOffset: number },
): { readonly offset: number; readonly endOffset: number } | undefined {
  const row = exampleRowsIn(examples, offset, offset)[0];
  if (row !== undefined && endOffset <= row.endOffset) return row;
  for (let at = 0; at < invalid.length; at += 2) {
    const [start, end] = [invalid[at]!, invalid[at + 1]!];
    if (start <= offset && endOffset <= end) return { offset: start, endOffset: end };
  }
  return undefined;
}
