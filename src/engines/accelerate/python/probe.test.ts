import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { probe } from './probe';

const folder = mkdtempSync(path.join(tmpdir(), 'sft-probe-'));
after(() => {
  rmSync(folder, { recursive: true });
});

it(
  'a Python that takes too long is told as one, not as broken without a reason',
  { skip: process.platform === 'win32' && 'a script of a shell stands for it' },
  async () => {
    const program = path.join(folder, 'python3');
    writeFileSync(program, '#!/bin/sh\nexec sleep 60\n');
    chmodSync(program, 0o755);
    await assert.rejects(probe(program, 200), {
      code: 'python-broken',
      message: `${program} did not say within 0.2 seconds what it has`,
      remedy: /^try again when the machine has less to do; or set SFT_PYTHON/,
    });
  },
);
