import { SftError } from '../base/errors';
import { DatasetChecker } from './check';
import { OUR_COLUMNS, type Columns } from './columns';

/**
 * The line of the example that asks this and answers that, in a text that may have changed since it was read: the one nearest to where
 * it stood.
 * @param line where it stood, 1-based
 * @param columns as the configuration names them
 * @throws SftError example-gone where no example is the same any more
 */
export function findExample(
  file: string,
  text: string,
  { line, question, reference }: { readonly line: number; readonly question: string; readonly reference: string },
  columns: Columns | null = null,
): number {
  let nearest: number | undefined;
  const checker = new DatasetChecker(file, { rules: [], columns: columns ?? OUR_COLUMNS });
  for (const item of [...checker.push(text.replace(/^\uFEFF/, '')), ...checker.finish()]) {
    if (item.type !== 'example') continue;
    const { value, line: at } = item.example;
    if (value.question !== question || value.answer !== reference) continue;
    if (nearest === undefined || Math.abs(at - line) < Math.abs(nearest - line)) nearest = at;
  }
  if (nearest !== undefined) return nearest;
  throw new SftError(
    'example-gone',
    'it has changed since this run: no example has this question and answer any more',
    {
      file,
      remedy: 'search it for some of their words',
    },
  );
}
