import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test';
import { replaceFile, writeFileAtomic } from './files';
import { isHeld } from './held-files';

const folder = mkdtempSync(path.join(tmpdir(), 'sft-held-'));
const file = path.join(folder, 'state.json');
after(() => {
  rmSync(folder, { recursive: true });
});

const WAYS = {
  writeFileAtomic: (text: string) => writeFileAtomic(file, text),
  replaceFile: async (text: string) => {
    await Promise.resolve();
    replaceFile(file, text);
  },
};

/** As on Windows: the first renames find the target open elsewhere. */
function holdFor(renames: number): void {
  for (const [owner, name] of [
    [fs.promises, 'rename'],
    [fs, 'renameSync'],
  ] as const) {
    const original = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
    let left = renames;
    mock.method(owner as typeof fs, name as 'renameSync', (...values: unknown[]) => {
      if (left-- > 0) throw Object.assign(new Error('resource busy or locked'), { code: 'EBUSY' });
      return original.apply(owner, values);
    });
  }
}

describe('a file that another program has open', () => {
  beforeEach(() => {
    writeFileSync(file, 'old');
  });
  afterEach(() => {
    mock.restoreAll();
  });

  for (const [name, write] of Object.entries(WAYS)) {
    it(`is replaced once that lets go: ${name}`, async () => {
      holdFor(3);
      await write('new');
      assert.equal(readFileSync(file, 'utf8'), 'new');
    });

    it(`stays as it was where that never lets go, and the person is told why: ${name}`, async () => {
      holdFor(Infinity);
      await assert.rejects(write('new'), { code: 'not-writable', message: /another program has it open/ });
      assert.equal(readFileSync(file, 'utf8'), 'old');
      assert.deepEqual(readdirSync(folder), ['state.json']);
    });

    // On Windows it cannot be replaced meanwhile; elsewhere nothing stands in the way.
    it(`is replaced while another process reads it, or thereafter: ${name}`, async () => {
      const reads = `require('fs').openSync(${JSON.stringify(file)}); console.log('open'); setTimeout(() => {}, 300)`;
      const reader = spawn(process.execPath, ['-e', reads], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(reader, 'exit');
      await once(reader.stdout, 'data');
      await write('new');
      assert.equal(readFileSync(file, 'utf8'), 'new');
      await ended;
    });
  }

  it('is told apart from a lack of permission, but not on Windows', () => {
    const denied = Object.assign(new Error('denied'), { code: 'EPERM' });
    assert.deepEqual(
      (['linux', 'darwin', 'win32'] as const).map((platform) => isHeld(denied, platform)),
      [false, false, true],
    );
  });
});
