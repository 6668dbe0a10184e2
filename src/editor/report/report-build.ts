import { countOf } from '../../base/count-of';
import { DatasetChecker } from '../../dataset/check';
import { categoryField, OUR_COLUMNS, type Columns } from '../../dataset/columns';
import type { QaExample } from '../../dataset/example';
import type { Finding, Severity } from '../../dataset/finding';
import { normaliseText } from '../../dataset/normalise';
import { FEWEST_EXAMPLES, sizeAdvice } from '../../dataset/rules/dataset-size';
import { PARTS, splitDataset } from '../../dataset/split/split';
import type { DatasetReport } from '../../messages/report';
import { exampleRow } from '../../analysis/example-table';
import { pieces } from '../../analysis/pieces';
import type { AnalysisResult, FileCheck } from '../../analysis/protocol';

const SHARES = { train: 0.8, validation: 0.1, test: 0.1, seed: 42 };
const BINS = 30;

/** The valid examples of a text that is held in memory, in steps. */
export function* readExamples(
  file: string,
  text: string,
  columns: Columns = OUR_COLUMNS,
): Generator<undefined, QaExample[], undefined> {
  const checker = new DatasetChecker(file, { columns });
  const examples: QaExample[] = [];
  const take = (items: ReturnType<DatasetChecker['push']>): void => {
    for (const item of items) if (item.type === 'example') examples.push(item.example.value);
  };
  for (const piece of pieces(text)) {
    take(checker.push(piece));
    if (checker.stopped) break;
    yield undefined;
  }
  take(checker.finish());
  return examples;
}

/**
 * The dataset report of one version of a text.
 * @param examples the valid examples in file order, as `result` counts them
 * @param findings all of this version, those that `result` leaves out as well
 * @param nearDuplicateThreshold share of word pairs from which examples would stay on one side of a split
 */
export function buildReport(
  file: string,
  examples: readonly QaExample[],
  result: AnalysisResult,
  findings: readonly Finding[],
  nearDuplicateThreshold: number,
  columns: Columns = OUR_COLUMNS,
): DatasetReport {
  const rows = Array.from({ length: result.count }, (_, index) => exampleRow(result.examples, index));
  const lengths = rows.map((row) => Math.max(0, row.tokens));
  const split = splitDataset(examples, { ...SHARES, near_duplicate_threshold: nearDuplicateThreshold });
  const agencies = new Map<string, { name: string; examples: number; split: Record<(typeof PARTS)[number], number> }>();
  for (const part of PARTS) {
    for (const index of split[part]) {
      const name = examples[index]?.agency?.trim() ?? '';
      const key = normaliseText(name);
      const entry = agencies.get(key) ?? { name, examples: 0, split: { train: 0, validation: 0, test: 0 } };
      entry.examples++;
      entry.split[part]++;
      agencies.set(key, entry);
    }
  }
  const category = examples.some(({ agency = '' }) => agency.trim() !== '') ? categoryField(columns) : undefined;
  const sorted = (category === undefined ? [] : [...agencies.values()]).sort(
    (a, b) => b.examples - a.examples || a.name.localeCompare(b.name),
  );
  return {
    file,
    format: result.format.toUpperCase(),
    examples: examples.length,
    advice: [sizeText(examples.length), ...balanceAdvice(sorted, category)],
    tokens: {
      estimated: result.estimated,
      model: result.modelName,
      maxSeqLength: result.maxSeqLength,
      ...result.summary,
      over: rows.filter((row) => row.truncated > 0).length,
      lost: rows.filter((row) => row.truncated > 0 && row.trained === 0).length,
    },
    histogram: histogramOf(lengths),
    category,
    agencies: sorted,
    findings: byRule(findings),
    findingCount: findings.length,
    duplicates: countDuplicates(examples),
    split: { train: split.train.length, validation: split.validation.length, test: split.test.length },
  };
}

/** The report of a file that was streamed from disk: as buildReport's, without what needs all examples at once. */
export function buildFileReport(file: string, checked: FileCheck, columns: Columns = OUR_COLUMNS): DatasetReport {
  const { format, count, estimated, modelName, maxSeqLength, summary, over, lost, tokens } = checked;
  const counts = Object.entries(checked.findingsByRule).map(([rule, findings]) => ({
    rule,
    severity: checked.severities[rule] ?? 'warning',
    count: findings,
  }));
  const category = checked.agencies.some(({ name }) => name !== '') ? categoryField(columns) : undefined;
  const agencies = category === undefined ? [] : checked.agencies;
  return {
    file,
    format: format.toUpperCase(),
    examples: count,
    advice: [sizeText(count), ...balanceAdvice(agencies, category)],
    tokens: { estimated, model: modelName, maxSeqLength, ...summary, over, lost },
    histogram: histogramOf(tokens),
    category,
    agencies: agencies.map((agency) => ({ ...agency, split: undefined })),
    findings: gravestFirst(counts),
    findingCount: checked.findingCount,
    duplicates: checked.findingsByRule['exact-duplicate'] ?? 0,
    split: undefined,
  };
}

const GRAVITY: readonly Severity[] = ['error', 'warning', 'info'];

/** A rule may report in several severities: each is a row. */
function byRule(findings: readonly Finding[]): DatasetReport['findings'] {
  const rows = new Map<string, { rule: string; severity: Severity; count: number }>();
  for (const { rule, severity } of findings) {
    const key = `${severity} ${rule}`;
    const row = rows.get(key) ?? { rule, severity, count: 0 };
    row.count++;
    rows.set(key, row);
  }
  return gravestFirst([...rows.values()]);
}

/** Gravest first, then most. */
function gravestFirst(rows: DatasetReport['findings']): DatasetReport['findings'] {
  const rank = ({ severity }: { severity: Severity }): number => GRAVITY.indexOf(severity);
  return rows.toSorted((a, b) => rank(a) - rank(b) || b.count - a.count || a.rule.localeCompare(b.rule));
}

function sizeText(examples: number): string {
  if (examples === 0) return `No valid examples yet: a first experiment needs at least ${FEWEST_EXAMPLES}`;
  const number = examples.toLocaleString('en-US');
  return `${number} ${examples === 1 ? 'example is' : 'examples are'} ${sizeAdvice(examples)}`;
}

function balanceAdvice(agencies: readonly { name: string; examples: number }[], category = 'category'): string[] {
  const most = agencies[0];
  const least = agencies.at(-1);
  if (most === undefined || least === undefined || agencies.length < 2 || most.examples < 10 * least.examples)
    return [];
  const name = (agency: { name: string }): string => agency.name || `no ${category}`;
  return [
    `Uneven: ${name(most)} has ${countOf(most.examples, 'example')}, ${name(least)} has ${least.examples.toLocaleString('en-US')} - write more for the small ones`,
  ];
}

function histogramOf(lengths: readonly number[] | Int32Array): DatasetReport['histogram'] {
  if (lengths.length === 0) return [];
  let max = 0;
  for (const length of lengths) max = Math.max(max, length);
  const width = Math.max(1, Math.ceil((max + 1) / BINS));
  const bins = Array.from({ length: Math.floor(max / width) + 1 }, (_, bin) => ({
    from: bin * width,
    to: (bin + 1) * width - 1,
    examples: 0,
  }));
  for (const length of lengths) bins[Math.floor(length / width)]!.examples++;
  return bins;
}

function countDuplicates(examples: readonly QaExample[]): number {
  const seen = new Set(examples.map(({ question, answer }) => `${normaliseText(question)}\0${normaliseText(answer)}`));
  return examples.length - seen.size;
}
