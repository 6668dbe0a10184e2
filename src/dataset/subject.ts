import { parseTree, type Node } from 'jsonc-parser';
import type { DatasetExample } from './example';
import type { DatasetKind } from './formats/kind';
import type { RuleSubject, SubjectText } from './rule';
import { flatSubjectTexts, subjectTexts, tableTexts } from './subject-texts';

/**
 * A valid example as rules see it.
 * @param tableTree the tree of a table's record; undefined for JSON, whose tree is built when asked for
 */
export function subjectOf(
  file: string,
  example: DatasetExample,
  source: string,
  kind: DatasetKind,
  tableTree?: () => Node,
): RuleSubject {
  let node: Node | undefined;
  let found: readonly SubjectText[] | undefined;
  const tree = tableTree ?? ((): Node => (node ??= parseTree(source)!));
  const texts = (): readonly SubjectText[] =>
    (found ??=
      tableTree === undefined
        ? (flatSubjectTexts(source, kind) ?? subjectTexts(tree(), kind))
        : tableTexts(tree(), kind));
  return { file, example, source, tree, texts };
}
