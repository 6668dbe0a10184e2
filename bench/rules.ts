// npm run bench rules: time and memory of each rule that compares examples, on 50,000 generated ones (31 MB), and how often each rule speaks on
// the data sets in ../shared/data where they are present, with the first findings to look at.
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DatasetChecker, type DatasetItem } from '../src/dataset/check';
import type { Finding } from '../src/dataset/finding';
import type { Rule } from '../src/dataset/rule';
import { readDataset } from '../src/dataset/read';
import { ALL_CONTENT_RULES, CROSS_EXAMPLE_RULES } from '../src/dataset/rules';
import { createRandom } from '../src/random';

const EXAMPLES = 50_000;
const SHOWN = 3;
const PIECE = 256 * 1024;
const WORDS =
  'the a number office form passport licence registration payment of ₦5,000 is due within ten working days please bring your original documents and one photograph to the nearest centre Ọ̀yọ́ State “online” portal then wait for an SMS'.split(
    ' ',
  );
const SETS = ['gsm8k/train.jsonl', 'gsm8k/test.jsonl', 'instruction/instruction-data.json'].map(
  (name) => `../shared/data/${name}`,
);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function generate(): string {
  const random = createRandom(31);
  const sentence = (words: number): string =>
    Array.from({ length: words }, () => WORDS[random.below(WORDS.length)]!).join(' ');
  const rows = Array.from({ length: EXAMPLES }, (_, i) => ({
    question: `${i}: ${sentence(6 + random.below(14))}?`,
    answer: sentence(20 + random.below(116)),
    agency: `Agency ${random.below(12)}`,
  }));
  return JSON.stringify(rows, null, 2);
}

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
  const text = generate();
  console.log(`${EXAMPLES} examples, ${(Buffer.byteLength(text) / 1e6).toFixed(1)} MB, one thread`);
  measure('reading alone', text, []);
  for (const rule of CROSS_EXAMPLE_RULES) measure(rule.id, text, [rule]);
  measure('all of them', text, CROSS_EXAMPLE_RULES);
  measure('all rules', text, ALL_CONTENT_RULES);
  for (const file of SETS) {
    if (!existsSync(file)) {
      console.log(`\n${file} is not here`);
      continue;
    }
    const { examples, findings } = await readDataset(file, { rules: ALL_CONTENT_RULES });
    speech(file, examples.length, findings);
  }
}

void main();
