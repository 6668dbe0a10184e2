// npm run demo: fine-tunes the example model on the example data with the tutorial's values, on the processor, and shows what changed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, setup } from './setup.mjs';

setup();

const config = 'examples/sft.config.json';
const folder = path.join('.sft', 'runs', `demo-${new Date().toISOString().replaceAll(/[-:T]|\..*/g, '')}`);
/** Results go to the screen unless told otherwise; progress always does. */
const sft = (args, results = 'inherit') => {
  const stdio = ['inherit', results, 'inherit'];
  const result = spawnSync(process.execPath, ['dist/sft.js', ...args], { cwd: root, stdio });
  if (result.status !== 0) process.exit(result.status ?? 1);
};

console.log('\n1. Check the data\n');
sft(['validate', 'examples/nigeria-services.json']);
console.log('\n2. Train: 60 steps of LoRA, a checkpoint every 20\n');
sft(['train', config, '--run', folder], 'ignore');

const lines = (name) =>
  readFileSync(path.join(root, folder, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const steps = lines('events.jsonl').filter((event) => event.type === 'step');
console.log('\n3. The loss, falling\n');
const highest = Math.max(...steps.map((step) => step.loss));
for (let from = 0; from < steps.length; from += 10) {
  const part = steps.slice(from, from + 10);
  const mean = part.reduce((sum, step) => sum + step.loss, 0) / part.length;
  const name = `steps ${String(from + 1).padStart(2)}-${from + part.length}`;
  console.log(`  ${name}  ${mean.toFixed(3)}  ${'#'.repeat(Math.round((40 * mean) / highest))}`);
}

const { base, tuned, examples } = JSON.parse(readFileSync(path.join(root, folder, 'evaluation.json'), 'utf8'));
console.log(`\n4. ROUGE on ${examples} held-out questions (mean F1)\n`);
console.log('              base   tuned');
for (const [key, name] of [
  ['rouge1', 'ROUGE-1'],
  ['rouge2', 'ROUGE-2'],
  ['rougeL', 'ROUGE-L'],
  ['rougeLsum', 'ROUGE-Lsum'],
]) {
  console.log(`  ${name.padEnd(10)}  ${base[key].f1.toFixed(3)}  ${tuned[key].f1.toFixed(3)}`);
}
console.log('\n5. Three answers, before and after\n');
const predictions = lines('predictions.jsonl').sort(
  (a, b) => b.tuned.rougeL - b.base.rougeL - (a.tuned.rougeL - a.base.rougeL),
);
// Not the three best: the first, the one in the middle and the last but a few of what the test part holds.
for (const at of [0.1, 0.5, 0.9]) {
  const { question, reference, base, tuned, line } = predictions[Math.floor(at * predictions.length)];
  console.log(`  ${question}  (line ${line})`);
  console.log(`    reference: ${reference}`);
  console.log(`    base:      ${base.answer}`);
  console.log(`    tuned:     ${tuned.answer}\n`);
}
console.log(`The adapter, in PEFT's format: ${path.join(folder, 'adapter')}`);
console.log(`Talk to it:  npx sft chat ${folder}`);
