import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { writePieces } from './write-pieces';

const folder = mkdtempSync(path.join(tmpdir(), 'sft-pieces-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const PIECES = ['first ', 'second ', '', 'third'].map((text) => Buffer.from(text));

async function written(name: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const file = path.join(folder, name);
  const handle = await open(file, 'w');
  try {
    await writePieces(handle, pieces);
  } finally {
    await handle.close();
  }
  return readFileSync(file, 'utf8');
}

/** Writes a byte at a time, as a system may, and each only when it is let. */
class Slow {
  text = '';
  readonly waiting: (() => void)[] = [];

  write(data: Uint8Array, from: number): Promise<{ bytesWritten: number }> {
    return new Promise((resolve) => {
      this.waiting.push(() => {
        this.text += String.fromCharCode(data[from]!);
        resolve({ bytesWritten: 1 });
      });
    });
  }
}

describe('writing pieces', () => {
  it('in their order, and tells how many bytes are written', async () => {
    assert.equal(await written('plain', PIECES), 'first second third');
    const handle = await open(path.join(folder, 'told'), 'w');
    const told: number[] = [];
    assert.equal(await writePieces(handle, PIECES, (bytes) => told.push(bytes)), 18);
    await handle.close();
    assert.deepEqual(told, [6, 7, 0, 5]);
  });

  it('makes the next piece while one is written, and not the one after it', async () => {
    const slow = new Slow();
    const made: string[] = [];
    function* pieces(): Generator<Uint8Array> {
      for (const text of ['ab', 'cd', 'ef']) {
        made.push(text);
        yield Buffer.from(text);
      }
    }
    const done = writePieces(slow as unknown as FileHandle, pieces());
    while (made.length < 2 || slow.waiting.length === 0) await new Promise(setImmediate);
    assert.deepEqual([made, slow.text], [['ab', 'cd'], '']);
    for (let byte = 0; byte < 6; byte++) {
      while (slow.waiting.length === 0) await new Promise(setImmediate);
      assert.ok(made.length <= 2 + byte / 2);
      slow.waiting.shift()!();
    }
    assert.equal(await done, 6);
    assert.equal(slow.text, 'abcdef');
  });

  it('throws what writing throws, and what making a piece throws once the piece before is written', async () => {
    const file = path.join(folder, 'read-only');
    await written('read-only', []);
    const handle = await open(file, 'r');
    await assert.rejects(writePieces(handle, PIECES), /EBADF|EPERM/);
    await handle.close();
    function* broken(): Generator<Uint8Array> {
      yield Buffer.from('whole');
      throw new Error('no more');
    }
    await assert.rejects(written('broken', broken()), /no more/);
    assert.equal(readFileSync(path.join(folder, 'broken'), 'utf8'), 'whole');
  });
});
