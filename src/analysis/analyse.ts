import { DatasetChecker, type DatasetItem } from '../dataset/check';
import { ALL_CONTENT_RULES } from '../dataset/rules';
import type { DatasetExample } from '../dataset/example';
import type { Finding } from '../dataset/finding';
import { IgnoredRules } from '../dataset/ignored-rules';
import { summariseLengths, type TokenLength } from '../text/token-lengths';
import { exampleRow } from './example-table';
import { ExampleRows } from './example-rows';
import { FindingList } from './finding-list';
import { lengthFinding } from './length-findings';
import { pieces } from './pieces';
import type { AnalysisResult, AnalysisSettings } from './protocol';
import type { TokenCounts } from './token-counts';

export interface AnalysedText {
  readonly result: AnalysisResult;
  /** All findings, those beyond the ones sent as well. */
  readonly findings: readonly Finding[];
}

/** So few examples are counted before anybody would see a first result without them. */
const COUNTED_AT_ONCE = 200;

/**
 * Checks a text and counts its tokens, in steps: whoever runs it goes on when there is time, or drops it when the text has changed.
 * Where much is to be counted it gives a first result before that, which is not complete.
 */
export function* analyseText(
  file: string,
  version: number,
  text: string,
  settings: AnalysisSettings,
  counts: TokenCounts,
): Generator<AnalysedText | undefined, AnalysedText, undefined> {
  const start = performance.now();
  const checker = new DatasetChecker(file, ALL_CONTENT_RULES);
  const rows = new ExampleRows();
  const found = new FindingList(settings.rules);
  const ignored = new IgnoredRules();
  const waiting: DatasetExample[] = [];
  const count = (example: DatasetExample, length: TokenLength): void => {
    const finding = lengthFinding(file, example, length, settings.maxSeqLength, counts.estimated);
    if (finding !== undefined && !ignored.ignores({ type: 'finding', finding })) found.add(finding);
  };
  const take = (items: readonly DatasetItem[]): void => {
    for (const item of items) {
      const left = ignored.ignores(item);
      if (item.type === 'finding') {
        if (!left) found.add(item.finding);
        continue;
      }
      const { example } = item;
      const length = counts.known(example, settings.maxSeqLength);
      rows.push(example.offset, example.endOffset, length);
      if (length === undefined) waiting.push(example);
      else count(example, length);
    }
  };
  const sealed = (complete: boolean): AnalysedText => {
    const examples = rows.sealed();
    const lengths: TokenLength[] = [];
    for (let index = 0; index < rows.count; index++) {
      const row = exampleRow(examples, index);
      if (row.tokens >= 0) lengths.push(row);
    }
    const result: AnalysisResult = {
      version,
      complete,
      format: checker.format,
      kind: checker.kind,
      count: rows.count,
      examples,
      estimated: counts.estimated,
      modelName: counts.modelName,
      modelProblem: counts.problem,
      maxSeqLength: settings.maxSeqLength,
      summary: summariseLengths(lengths),
      findings: found.first(),
      findingCount: found.count,
      findingsByRule: { ...found.byRule },
      findingsBySeverity: { ...found.bySeverity },
      milliseconds: performance.now() - start,
    };
    return { result, findings: found.all };
  };

  for (const piece of pieces(text)) {
    take(checker.push(piece));
    if (checker.stopped) break;
    yield undefined;
  }
  take(checker.finish());
  yield waiting.length > COUNTED_AT_ONCE ? sealed(false) : undefined;
  for (const example of waiting) {
    const length = counts.lengthOf(example, settings.maxSeqLength);
    rows.setLength(example.index, length);
    count(example, length);
    yield undefined;
  }
  return sealed(true);
}
