// npm run demo [-- --steps N] [-- --device D]: fine-tunes the example model on the example data with the tutorial's values, and shows what
// changed. Fewer steps only show that everything runs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, setup } from './setup.mjs';

const { values } = parseArgs({ options: { steps: { type: 'string' }, device: { type: 'string', default: 'auto' } } });
setup();

const example = JSON.parse(readFileSync(path.join(root, 'examples/sft.config.json'), 'utf8'));
const count = values.steps === undefined ? example.max_steps : Number(values.steps);
const config = values.steps === undefined ? 'examples/sft.config.json' : shorter();
const folder = path.join('.sft', 'runs', `demo-${new Date().toISOString().replaceAll(/[-:T]|\..*/g, '')}`);
/** Results go to the screen unless told otherwise; progress always does. */
const sft = (args, results = 'inherit') => {
  const stdio = ['inherit', results, 'inherit'];
  const result = spawnSync(process.execPath, ['dist/sft.js', ...args], { cwd: root, stdio, encoding: 'utf8' });
  if (result.status !== 0) process.exit(result.status ?? 1);
  return result.stdout;
};

console.log('\n1. Check the data\n');
sft(['validate', 'examples/service-desk.json']);
console.log(`\n2. Train: ${count} steps of LoRA\n`);
const told = sft(['train', config, '--device', values.device, '--run', folder], 'pipe');

const events = readFileSync(path.join(root, folder, 'events.jsonl'), 'utf8')
  .trim()
  .split('\n');
const steps = events.map((line) => JSON.parse(line)).filter((event) => event.type === 'step');
console.log('\n3. The loss, falling\n');
/** Steps of a bar. */
const BAR = 15;
const highest = Math.max(...steps.map((step) => step.loss));
for (let from = 0; from < steps.length; from += BAR) {
  const part = steps.slice(from, from + BAR);
  const mean = part.reduce((sum, step) => sum + step.loss, 0) / part.length;
  const name = `steps ${String(from + 1).padStart(3)}-${String(from + part.length).padEnd(3)}`;
  console.log(`  ${name}  ${mean.toFixed(3)}  ${'#'.repeat(Math.round((40 * mean) / highest))}`);
}

console.log('\n4. Before and after, on questions that training never saw\n');
console.log(told);

/** The example's configuration for fewer steps. @returns its file */
function shorter() {
  const at = (name) => path.join(root, 'examples', name);
  const own = { max_steps: count, warmup_steps: 0, model_name: at(example.model_name), dataset: at(example.dataset) };
  const file = path.join(root, '.sft', 'demo.config.json');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...example, ...own }));
  return file;
}
