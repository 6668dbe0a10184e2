// npm test: set-up, types, lint, format, every *.test.ts, then the suites in a real VS Code. `npm test -- src/text` runs only the test
// files whose path holds that text, without the checks before them and the suites after them.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { emulatedCuda } from './emulated-cuda.mjs';
import { addCounts, noCounts, summary } from './reporter.mjs';
import { root, setup } from './setup.mjs';
import { softwareVulkan } from './software-vulkan.mjs';

const only = process.argv.slice(2);
setup();
const { bundle, filesBelow } = await import('./build-tests.mjs');

/** The linter first, which takes as long as all the others. */
const checks = [
  ['lint', 'node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit'],
  ['types of the webviews', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'webview'],
  ['exports', 'node_modules/knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors'],
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['format of the kernels', 'scripts/format-native.mjs', '--check'],
];

/** Runs the checks two at a time; all of them, so that one failure does not hide another. */
async function runChecks() {
  const failed = [];
  const lane = async () => {
    for (let check = checks.shift(); check !== undefined; check = checks.shift()) {
      const [name, ...args] = check;
      console.error(`[test] ${name}`);
      const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
      const [code] = await once(child, 'exit');
      if (code !== 0) failed.push(name);
    }
  };
  await Promise.all([lane(), lane()]);
  if (failed.length === 0) return;
  console.error(`[test] failed: ${failed.join(', ')}`);
  process.exit(1);
}

if (only.length === 0) await runChecks();

/** What npm run test:platforms runs on other systems says little of this one; by its name it runs here. */
const PLATFORMS = path.join('test', 'platforms');
// What takes longest stands in test: begun first, it leaves no core idle at the end.
const tests = ['test', 'src', 'webview']
  .flatMap((folder) => filesBelow(folder, '.test.ts'))
  .filter((file) => (only.length === 0 ? !file.startsWith(PLATFORMS) : only.some((part) => file.includes(part))));
if (tests.length === 0) {
  console.error(`no test file matches ${only.join(' ')}`);
  process.exit(2);
}
const scratch = mkdtempSync(path.join(os.tmpdir(), 'sft-test-'));
const total = noCounts();
let status = 0;

/**
 * A file that takes so long hangs, and is ended and named: otherwise nobody hears of it. The longest takes two minutes on two cores; of those
 * that are named some take longer than all others. Node has this from 20.11 on.
 */
const limit = only.length === 0 && hasTimeout() ? ['--test-timeout=900000'] : [];

function hasTimeout() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 11);
}

/** Runs test files and adds to the counts. */
async function runTests(names, env) {
  const files = await bundle(names);
  console.error(`[test] ${files.length} files`);
  const counted = path.join(scratch, 'counts.json');
  const result = spawnSync(
    process.execPath,
    [
      '--enable-source-maps',
      '--test',
      // By itself it leaves one free, which is half of two.
      `--test-concurrency=${os.availableParallelism()}`,
      '--test-reporter=./scripts/reporter.mjs',
      ...limit,
      ...files,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, SFT_TEST_COUNTS: counted, ...env } },
  );
  status ||= result.status ?? 1;
  addCounts(total, JSON.parse(readFileSync(counted, 'utf8')));
}

// What needs a graphics card runs on a program that stands for one.
const EMULATED = [
  { folder: path.join('test', 'webgpu'), find: softwareVulkan, what: 'there is no software Vulkan' },
  { folder: path.join('test', 'cuda'), find: emulatedCuda, what: 'CUDA cannot be emulated' },
];
const others = tests.filter((file) => EMULATED.every(({ folder }) => !file.startsWith(folder)));
if (others.length > 0) await runTests(others, {});
for (const { folder, find, what } of EMULATED) {
  const files = tests.filter((file) => file.startsWith(folder));
  if (files.length === 0) continue;
  const { env, reason } = await find();
  if (env !== undefined) await runTests(files, env);
  else {
    console.log(`skipped ${folder}: ${what} (${reason})`);
    total.skipped += 1;
  }
}
rmSync(scratch, { recursive: true });
if (only.length > 0) {
  console.log(`\n${summary(total)}`);
  process.exit(status);
}

const { runVsCodeSuites } = await import('./vscode-suites.mjs');
addCounts(total, await runVsCodeSuites());
console.log(`\n${summary(total)}`);
process.exit(status === 0 && total.failed === 0 ? 0 : 1);
