// npm test: set-up, types, lint, format, then every *.test.ts. `npm test -- src/text` runs only the tests whose path holds that text,
// without the checks before them.
import { spawnSync } from 'node:child_process';
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
  console.error('[test] format');
  run(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']);
}

const tests = [...filesBelow('src', '.test.ts'), ...filesBelow('test', '.test.ts')].filter(
  (file) => only.length === 0 || only.some((part) => file.includes(part)),
);
if (tests.length === 0) {
  console.error(`no test file matches ${only.join(' ')}`);
  process.exit(2);
}
const files = await bundle(tests);
console.error(`[test] ${files.length} files`);
const result = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-reporter=./scripts/reporter.mjs', ...files],
  { cwd: root, stdio: 'inherit' },
);
process.exit(result.status ?? 1);
