import { SftError } from '../base/errors';
import { DatasetChecker } from './check';
import { OUR_COLUMNS, type Columns } from './columns';

/** An example as it stood when it was read. */
export interface AskedExample {
  /** 1-based. */
  readonly line: number;
  readonly question: string;
  /** Its answer. */
  readonly reference: string;
}

/** Where an example stands now: its line, 1-based, and its range in the text in UTF-16 code units. */
export interface FoundExample {
  readonly line: number;
  readonly offset: number;
  readonly endOffset: number;
}

/**
 * The line of the example that asks this and answers that, in a text that may have changed since it was read: the one nearest to where
 * it stood.
 * @param columns as the configuration names them
 * @throws SftError example-gone where no example is the same any more
 */
export function findExample(file: string, text: string, asked: AskedExample, columns: Columns | null = null): number {
  const [found] = findExamples(file, text, [asked], columns);
  if (found !== undefined) return found.line;
  throw new SftError(
    'example-gone',
    'it has changed since this run: no example has this question and answer any more',
    {
      file,
      remedy: 'search the file for some of their words',
    },
  );
}

/** Where each of these stands now, undefined for those that are not the same any more. The text is read once. */
export function findExamples(
  file: string,
  text: string,
  asked: readonly AskedExample[],
  columns: Columns | null = null,
): (FoundExample | undefined)[] {
  const nearest = asked.map((): FoundExample | undefined => undefined);
  const wanted = new Map<string, number[]>();
  for (const [at, { question, reference }] of asked.entries()) {
    const key = keyOf(question, reference);
    wanted.set(key, [...(wanted.get(key) ?? []), at]);
  }
  const checker = new DatasetChecker(file, { rules: [], columns: columns ?? OUR_COLUMNS });
  for (const item of [...checker.push(text.replace(/^\uFEFF/, '')), ...checker.finish()]) {
    if (item.type !== 'example') continue;
    const { value, line, offset, endOffset } = item.example;
    for (const at of wanted.get(keyOf(value.question, value.answer)) ?? []) {
      const before = nearest[at];
      const far = (one: number): number => Math.abs(one - asked[at]!.line);
      if (before === undefined || far(line) < far(before.line)) nearest[at] = { line, offset, endOffset };
    }
  }
  return nearest;
}

function keyOf(question: string, answer: string): string {
  return JSON.stringify([question, answer]);
}
