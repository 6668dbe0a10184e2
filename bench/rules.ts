// npm run bench rules: precision and recall of each rule on labelled rows; how often each rule speaks on the data sets in ../shared/data where
// they are present, with the findings to look at; time and memory of the rules that compare examples, on 50,000 generated ones (31 MB).
// `-- --accuracy` leaves the last out.
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DatasetChecker, type DatasetItem } from '../src/dataset/check';
import type { Finding } from '../src/dataset/finding';
import { checkText, readDataset } from '../src/dataset/read';
import type { Rule } from '../src/dataset/rule';
import { ALL_CONTENT_RULES, CROSS_EXAMPLE_RULES } from '../src/dataset/rules';
import { generatedExamples } from './data/generated-examples';
import { labelledRows } from './rules/labelled';

const EXAMPLES = 50_000;
const SHOWN = 30;
const FILE_RULES = new Set(['dataset-size', 'agency-imbalance']);
const PIECE = 256 * 1024;
const SETS = ['gsm8k/train.jsonl', 'gsm8k/test.jsonl', 'instruction/instruction-data.json'].map(
  (name) => `../shared/data/${name}`,
);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Memory is what the checker holds at the end of the file, after a collection of garbage. */
function measure(name: string, text: string, rules: readonly Rule[]): void {
  collect();
  const before = process.memoryUsage();
  const start = performance.now();
  const checker = new DatasetChecker('examples.json', { rules });
  let findings = 0;
  for (let at = 0; at < text.length; at += PIECE) findings += count(checker.push(text.slice(at, at + PIECE)));
  findings += count(checker.finish());
  const seconds = (performance.now() - start) / 1000;
  collect();
  const after = process.memoryUsage();
  const megabytes = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6;
  // The checker is named here so that it is still held when memory is read.
  console.log(
    `${name.padEnd(24)} ${seconds.toFixed(2).padStart(6)} s ${megabytes.toFixed(0).padStart(6)} MB held ${String(findings).padStart(8)} findings in ${checker.format}`,
  );
}

function count(items: readonly DatasetItem[]): number {
  return items.filter((item) => item.type === 'finding').length;
}

function speech(file: string, examples: number, findings: readonly Finding[]): void {
  const loud = findings.filter(({ severity }) => severity !== 'info').length;
  console.log(
    `\n${file}: ${examples} examples, ${((loud / examples) * 1000).toFixed(1)} warnings and errors per 1,000 rows`,
  );
  for (const rule of new Set(findings.map((finding) => finding.rule))) {
    const found = findings.filter((finding) => finding.rule === rule);
    console.log(`  ${rule}: ${found.length} ${found[0]!.severity}`);
    for (const { line, message, related } of found.slice(0, SHOWN)) {
      console.log(`    line ${line}: ${message}${related.map((place) => ` (line ${place.line})`).join('')}`);
    }
  }
}

/** Precision and recall of each rule on the labelled rows, and every row where a rule is wrong. */
function accuracy(): void {
  const rows = labelledRows();
  const text = rows.map(({ example }) => JSON.stringify(example)).join('\n');
  const found = rows.map(() => new Set<string>());
  for (const item of checkText('labelled.jsonl', text, ALL_CONTENT_RULES)) {
    // What is said of the file as a whole stands on its first line.
    if (item.type !== 'finding' || FILE_RULES.has(item.finding.rule)) continue;
    found[item.finding.line - 1]!.add(item.finding.rule);
  }
  const clean = rows.filter((row) => row.rules.length === 0).length;
  console.log(`\n${rows.length} labelled rows: ${rows.length - clean} planted, ${clean} clean`);
  console.log(`${'rule'.padEnd(24)} planted  found   wrong  precision  recall`);
  const names = new Set(rows.flatMap((row, i) => [...row.rules, ...found[i]!]));
  const wrong: string[] = [];
  for (const rule of [...names].sort()) {
    let [hits, misses, alarms] = [0, 0, 0];
    for (const [i, row] of rows.entries()) {
      const [wanted, said] = [row.rules.includes(rule), found[i]!.has(rule)];
      if (wanted && said) hits++;
      else if (wanted) misses++;
      else if (said) alarms++;
      if (wanted !== said) {
        const { question, answer } = row.example;
        wrong.push(
          `  ${wanted ? 'missed' : 'false '} ${rule}: ${JSON.stringify([question.slice(-60), answer.slice(-90)])}`,
        );
      }
    }
    const share = (part: number, whole: number): string => (whole === 0 ? '-' : (part / whole).toFixed(2));
    console.log(
      `${rule.padEnd(24)} ${String(hits + misses).padStart(7)} ${String(hits).padStart(6)} ${String(alarms).padStart(7)} ${share(hits, hits + alarms).padStart(10)} ${share(hits, hits + misses).padStart(7)}`,
    );
  }
  console.log(wrong.join('\n'));
}

async function main(): Promise<void> {
  accuracy();
  for (const file of SETS) {
    if (!existsSync(file)) {
      console.log(`\n${file} is not here`);
      continue;
    }
    const { examples, findings } = await readDataset(file, { rules: ALL_CONTENT_RULES });
    speech(file, examples.length, findings);
  }
  if (process.argv.includes('--accuracy')) return;
  const text = JSON.stringify(generatedExamples(EXAMPLES), null, 2);
  console.log(`${EXAMPLES} examples, ${(Buffer.byteLength(text) / 1e6).toFixed(1)} MB, one thread`);
  measure('reading alone', text, []);
  for (const rule of CROSS_EXAMPLE_RULES) measure(rule.id, text, [rule]);
  measure('all of them', text, CROSS_EXAMPLE_RULES);
  measure('all rules', text, ALL_CONTENT_RULES);
}

void main();
