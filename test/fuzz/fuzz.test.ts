import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

const CASES = 500;

describe('damaged input of every kind', () => {
  it('is used or refused in words: no crash, hang, bug, flood of memory or control character', () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['scripts/run-typescript.mjs', 'test/fuzz/main.ts', '--cases', String(CASES), '--seed', '1'],
      { encoding: 'utf8' },
    );
    assert.equal(stdout.trim(), `${CASES} cases, 0 with problems`, stderr);
  });
});
