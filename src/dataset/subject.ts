import { parseTree, type Node } from 'jsonc-parser';
import type { DatasetExample } from './example';
import { AS_WRITTEN } from './formats/places';
import type { Reading } from './formats/reading';
import type { RuleSubject, SubjectText } from './rule';
import { flatSubjectTexts, movedTexts, subjectTexts, tableTexts } from './subject-texts';

/**
 * A valid example as rules see it.
 * @param tableTree the tree of a table's record; undefined for JSON, whose tree is built when asked for
 */
export function subjectOf(
  file: string,
  example: DatasetExample,
  source: string,
  { kind, value, places, notes }: Reading,
  tableTree?: () => Node,
): RuleSubject {
  let node: Node | undefined;
  let found: readonly SubjectText[] | undefined;
  const tree = tableTree ?? ((): Node => (node ??= parseTree(source)!));
  const read = (): readonly SubjectText[] => {
    if (places !== AS_WRITTEN) return movedTexts(tree(), kind, value, places, tableTree !== undefined);
    if (tableTree !== undefined) return tableTexts(tree(), kind);
    return flatSubjectTexts(source, kind) ?? subjectTexts(tree(), kind);
  };
  const texts = (): readonly SubjectText[] => (found ??= read());
  return { file, example, source, tree, texts, notes };
}
