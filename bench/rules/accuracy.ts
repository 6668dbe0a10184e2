import { analyseOnce } from '../../src/analysis/analyse-once';
import { openTokenCounts } from '../../src/analysis/token-counts';
import { DatasetChecker } from '../../src/dataset/check';
import type { Finding } from '../../src/dataset/finding';
import { OtherSides, rememberExamples } from '../../src/dataset/split/other-sides';
import { checkText } from '../../src/dataset/read';
import { ALL_CONTENT_RULES, contentRules } from '../../src/dataset/rules';
import { NEAR_DUPLICATE_THRESHOLD } from '../../src/dataset/near/near-threshold';
import { labelledRows } from './labelled';
import { labelledFiles, LONG_TEXTS, type LabelledFile } from './labelled-files';

const FILE_RULES = new Set(['dataset-size', 'agency-imbalance']);
const MODEL = 'examples/tiny-llama';

/** Right and wrong of each rule, and each case in which one is wrong. */
class Tally {
  private readonly rules = new Map<string, { hits: number; misses: number; alarms: number }>();
  private readonly wrong: string[] = [];

  add(rule: string, wanted: boolean, said: boolean, shown: string): void {
    const counts = this.rules.get(rule) ?? { hits: 0, misses: 0, alarms: 0 };
    this.rules.set(rule, counts);
    if (wanted && said) counts.hits++;
    else if (wanted) counts.misses++;
    else if (said) counts.alarms++;
    if (wanted !== said) this.wrong.push(`  ${wanted ? 'missed' : 'false '} ${rule}: ${shown}`);
  }

  print(): void {
    const share = (part: number, whole: number): string => (whole === 0 ? '-' : (part / whole).toFixed(2));
    console.log(`${'rule'.padEnd(24)} planted  found   wrong  precision  recall`);
    for (const [rule, { hits, misses, alarms }] of [...this.rules].sort(([a], [b]) => (a < b ? -1 : 1))) {
      console.log(
        `${rule.padEnd(24)} ${String(hits + misses).padStart(7)} ${String(hits).padStart(6)} ${String(alarms).padStart(7)} ${share(hits, hits + alarms).padStart(10)} ${share(hits, hits + misses).padStart(7)}`,
      );
    }
    console.log(this.wrong.join('\n'));
  }
}

/** Precision and recall of each rule on the labelled rows and files, and each of them where a rule is wrong. */
export async function accuracy(): Promise<void> {
  const tally = new Tally();
  const rows = labelledRows();
  const text = rows.map(({ example }) => JSON.stringify(example)).join('\n');
  const found = rows.map(() => new Set<string>());
  for (const item of checkText('labelled.jsonl', text, ALL_CONTENT_RULES)) {
    // What is said of the file as a whole stands on its first line.
    if (item.type !== 'finding' || FILE_RULES.has(item.finding.rule)) continue;
    found[item.finding.line - 1]!.add(item.finding.rule);
  }
  const names = new Set(rows.flatMap((row, i) => [...row.rules, ...found[i]!]));
  for (const rule of names) {
    for (const [i, row] of rows.entries()) {
      const { question, answer } = row.example;
      const shown = JSON.stringify([question.slice(-60), answer.slice(-90)]);
      tally.add(rule, row.rules.includes(rule), found[i]!.has(rule), shown);
    }
  }
  const files = labelledFiles();
  for (const file of files) {
    const said = new Set((await findingsOf(file)).flatMap(({ rule, line }) => (rule === file.rule ? [line] : [])));
    for (const line of new Set([...file.lines, ...said])) {
      tally.add(file.rule, file.lines.includes(line), said.has(line), `${file.name}, line ${line}`);
    }
  }
  for (const { name, long, pieces } of LONG_TEXTS) {
    const checker = new DatasetChecker('long.json', { rules: [] });
    let said = false;
    for (const piece of pieces()) {
      for (const item of checker.push(piece)) said ||= item.type === 'finding' && item.finding.rule === 'too-long';
    }
    tally.add('too-long', long, said, name);
  }
  const clean = rows.filter((row) => row.rules.length === 0).length;
  const sound = files.filter((file) => file.lines.length === 0).length + LONG_TEXTS.filter(({ long }) => !long).length;
  const number = files.length + LONG_TEXTS.length;
  console.log(
    `\n${rows.length} labelled rows: ${rows.length - clean} planted, ${clean} clean; ${number} labelled files: ${number - sound} planted, ${sound} clean`,
  );
  tally.print();
}

async function findingsOf({ rows, other, maxSeqLength }: LabelledFile): Promise<readonly Finding[]> {
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  if (maxSeqLength !== undefined) {
    const settings = { modelFolder: MODEL, maxSeqLength, rules: {}, nearDuplicateThreshold: NEAR_DUPLICATE_THRESHOLD };
    return analyseOnce('labelled.jsonl', text, settings, await openTokenCounts(MODEL)).findings;
  }
  const side = new OtherSides(NEAR_DUPLICATE_THRESHOLD);
  if (other !== undefined) {
    checkText('train.jsonl', other.map((row) => JSON.stringify(row)).join('\n'), [rememberExamples(side)]);
  }
  return checkText('labelled.jsonl', text, contentRules({ otherSides: [side] })).flatMap((item) =>
    item.type === 'finding' ? [item.finding] : [],
  );
}
