// npm run bench rules: precision and recall of each rule on labelled rows and files; how often each rule speaks on the data sets in ../shared/data where
// they are present, with the findings to look at; time and memory of the rules that compare examples, on 50,000 generated ones (31 MB).
// `-- --accuracy` leaves the last out.
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DatasetChecker, type DatasetItem } from '../src/dataset/check';
import type { Finding } from '../src/dataset/finding';
import { readDataset } from '../src/dataset/read';
import type { Rule } from '../src/dataset/rule';
import { ALL_CONTENT_RULES, CROSS_EXAMPLE_RULES } from '../src/dataset/rules';
import { generatedExamples } from './data/generated-examples';
import { accuracy } from './rules/accuracy';

const EXAMPLES = 50_000;
const SHOWN = 30;
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

async function main(): Promise<void> {
  await accuracy();
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
