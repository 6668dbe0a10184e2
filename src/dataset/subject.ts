import { parseTree, type Node } from 'jsonc-parser';
import { categoryField, treeByOurNames, type Columns } from './columns';
import type { DatasetExample } from './example';
import { AS_WRITTEN } from './formats/places';
import type { Reading } from './formats/reading';
import type { RuleSubject, SubjectText } from './rule';
import { flatSubjectTexts, movedTexts, subjectTexts, tableTexts } from './subject-texts';

/** How an example's texts are found in its source. */
export interface SubjectForm {
  readonly columns: Columns;
  /** The tree of a table's record; absent for JSON, whose tree is built when asked for. */
  readonly table?: () => Node;
}

/** A valid example as rules see it. */
export function subjectOf(
  file: string,
  example: DatasetExample,
  source: string,
  { kind, value, places, notes }: Reading,
  { columns, table }: SubjectForm,
): RuleSubject {
  let node: Node | undefined;
  let found: readonly SubjectText[] | undefined;
  const plainTree = (): Node => (node ??= parseTree(source)!);
  const renamed = table === undefined ? treeByOurNames(plainTree, columns) : undefined;
  const tree = table ?? renamed ?? plainTree;
  const category = categoryField(columns);
  const read = (): readonly SubjectText[] => {
    if (places !== AS_WRITTEN) return movedTexts(tree(), { kind, value, places, category }, table !== undefined);
    if (table !== undefined) return tableTexts(tree(), kind, category);
    const flat = renamed === undefined ? flatSubjectTexts(source, kind, category) : undefined;
    return flat ?? subjectTexts(tree(), kind, category);
  };
  const texts = (): readonly SubjectText[] => (found ??= read());
  return { file, example, source, tree, texts, notes };
}
