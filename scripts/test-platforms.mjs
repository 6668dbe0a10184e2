// npm run test:platforms: looks into the packages of every platform, runs what this machine can run for other systems, and holds the losses of
// the demo together. `npm run test:platforms -- win32-x64 src/base` runs one part, or of a system's list the files with that in their path.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { bundle } from './build-tests.mjs';
import { LISTS } from './platform-lists.mjs';
import { testPackages } from './platform-packages.mjs';
import { lossesBy, LOSSES, runList } from './platform-systems.mjs';
import { addCounts, noCounts, summary } from './reporter.mjs';
import { root, setup } from './setup.mjs';
import { Unavailable } from './system-packages.mjs';
import { buildFor, installTools } from './targets.mjs';

/** How far the losses of two systems may lie apart. */
const BAR = 1e-5;

const [part, ...only] = process.argv.slice(2);
const counts = noCounts();

async function test(name, body) {
  try {
    await body();
    counts.passed += 1;
    console.error(`ok ${name}`);
  } catch (error) {
    counts.failed += 1;
    counts.failures.push(`not ok ${name}\n${error.stack}\n`);
    console.log(counts.failures.at(-1));
  }
}

/** Runs a part, or says why it cannot be run here. */
async function unlessUnavailable(what, body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`skipped: ${what}: ${error.message}`);
    counts.skipped += 1;
  }
}

/** The losses of the demo on this machine itself. */
async function ownLosses() {
  const [program] = await bundle([LOSSES]);
  const run = (args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    return { status, output: `${stderr}${stdout}` };
  };
  return lossesBy(run, program);
}

/** @param bySystem the losses of each system, by instruction set */
function compareLosses(bySystem) {
  const rows = Object.entries(bySystem).flatMap(([system, losses]) =>
    Object.entries(losses).map(([isa, values]) => ({ name: `${system}, ${isa}`, values })),
  );
  for (const { name, values } of rows)
    console.log(`[losses] ${name.padEnd(24)} ${values.map((one) => one.toFixed(7)).join('  ')}`);
  const apart = rows[0].values.map((_, at) => {
    const column = rows.map(({ values }) => values[at]);
    return Math.max(...column) - Math.min(...column);
  });
  console.log(`[losses] at most ${Math.max(...apart).toExponential(1)} apart`);
  assert.ok(rows.every(({ values }) => values.length === rows[0].values.length));
  assert.ok(Math.max(...apart) <= BAR, `more than ${BAR} apart`);
}

setup();
const python = installTools();
if (python === undefined) {
  console.log('skipped: platforms: pip cannot install ziglang here');
  process.exit(0);
}
if (part === undefined || part === 'packages') {
  await unlessUnavailable('packages of the platforms', () => testPackages(test, python));
}
const losses = {};
for (const target of Object.keys(LISTS).filter((one) => part === undefined || one === part)) {
  await unlessUnavailable(target, async () => {
    const library = await buildFor(target, python);
    if (library === undefined) throw new Error(`the kernels for ${target} do not build`);
    const list = await runList(target, library, only);
    addCounts(counts, list.counts);
    losses[target] = list.losses;
  });
}
if (Object.keys(losses).length > 0) {
  const here = { [`${process.platform}-${process.arch}`]: await ownLosses() };
  await test('three steps of the demo have the same losses on every system and instruction set', () => {
    compareLosses({ ...here, ...losses });
  });
}
console.log(`\n${summary(counts)}`);
process.exit(counts.failed > 0 ? 1 : 0);
