import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { temporaryFolder } from './cli/sft';

const folder = temporaryFolder();

/** What the reporter prints of a test file. */
function reported(lines: string): string {
  const file = path.join(folder, 'some.test.mjs');
  writeFileSync(
    file,
    `import { describe, it } from 'node:test';\nimport assert from 'node:assert/strict';\n${lines}\n`,
  );
  const reporter = path.resolve('scripts/reporter.mjs');
  // By these a process of tests reports to the one that started it.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, SFT_TEST_COUNTS: undefined };
  const words = ['--test', `--test-reporter=${reporter}`, file];
  return spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', env }).stdout;
}

it('the reporter says where a test failed and why, at once', () => {
  const out = reported(`
describe('one', () => {
  it('fails', () => assert.equal(1, 2));
  it('says of itself', (context) => context.diagnostic('seed 12'));
  it('is left out', { skip: 'for a reason' }, () => undefined);
});`);
  assert.match(out, /not ok some\.test\.mjs: one > fails\nAssertionError.*\n\n1 !== 2\n/);
  assert.ok(out.indexOf('1 !== 2') < out.indexOf('for a reason'), out);
  assert.match(out, /^skipped some\.test\.mjs: one > is left out \(for a reason\)$/m);
  assert.match(out, /^\[test\] seed 12$/m);
  // Told once more at the end, in short.
  assert.match(
    out,
    /above:\nnot ok some\.test\.mjs: one > fails\n.*\n\n1 !== 2\n(.*\n){1,5}\n1 passed, 1 failed, 1 skipped\n$/,
  );
});

it('the reporter says how a whole file failed', () => {
  const late = reported(`it('late', () => setTimeout(() => { throw new Error('too late') }, 10));`);
  assert.match(late, /created the error "Error: too late"/);
  assert.match(late, /^not ok some\.test\.mjs\nits process ended with code \d+/m);
  const killed = reported(`it('killed', () => process.kill(process.pid, 'SIGKILL'));`);
  assert.match(killed, /^not ok some\.test\.mjs\nits process was ended by SIGKILL$/m);
});
