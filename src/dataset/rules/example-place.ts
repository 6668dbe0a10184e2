import type { KeptPlace, RuleSubject } from '../rule';

/** The range [start, end) of the example's source as a place in the file. */
export function keepPlace({ file, example, source }: RuleSubject, start: number, end: number): KeptPlace {
  let { line, column } = example;
  let endLine = line;
  let endColumn = column;
  for (let i = 0; i < end; i++) {
    if (i === start) [line, column] = [endLine, endColumn];
    const c = source.charCodeAt(i);
    const newline = c === 10 || (c === 13 && source.charCodeAt(i + 1) !== 10);
    endLine += newline ? 1 : 0;
    endColumn = newline ? 1 : endColumn + 1;
  }
  const offset = example.offset + start;
  return { file, line, column, endLine, endColumn, offset, endOffset: example.offset + end };
}
