// npm test: set-up, types, lint, format, every *.test.ts, then the suites in a real VS Code. `npm test -- src/text` runs only the test
// files whose path holds that text, without the checks before them and the suites after them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { summaryLine } from './reporter.mjs';
import { root, run, setup } from './setup.mjs';

const only = process.argv.slice(2);
setup();
const { bundle, filesBelow } = await import('./build-tests.mjs');

if (only.length === 0) {
  console.error('[test] types');
  run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit']);
  run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'webview']);
  console.error('[test] lint');
  run(process.execPath, ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']);
  run(process.execPath, ['node_modules/knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors']);
  console.error('[test] format');
  run(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']);
  run(process.execPath, ['scripts/format-native.mjs', '--check']);
}

const tests = ['src', 'webview', 'test']
  .flatMap((folder) => filesBelow(folder, '.test.ts'))
  .filter((file) => only.length === 0 || only.some((part) => file.includes(part)));
if (tests.length === 0) {
  console.error(`no test file matches ${only.join(' ')}`);
  process.exit(2);
}
const files = await bundle(tests);
console.error(`[test] ${files.length} files`);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'sft-test-'));
const counted = path.join(scratch, 'counts.json');
const env = only.length === 0 ? { ...process.env, SFT_TEST_COUNTS: counted } : process.env;
const result = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    // By itself it leaves one free, which is half of two.
    `--test-concurrency=${os.availableParallelism()}`,
    '--test-reporter=./scripts/reporter.mjs',
    ...files,
  ],
  { cwd: root, stdio: 'inherit', env },
);
if (only.length > 0) process.exit(result.status ?? 1);

const { runVsCodeSuites } = await import('./vscode-suites.mjs');
const inNode = JSON.parse(readFileSync(counted, 'utf8'));
rmSync(scratch, { recursive: true });
const inVsCode = await runVsCodeSuites();
const total = Object.fromEntries(
  Object.entries(inNode).map(([outcome, count]) => [outcome, count + inVsCode[outcome]]),
);
console.log(`\n${summaryLine(total)}`);
process.exit(result.status === 0 && total.failed === 0 ? 0 : 1);
