import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { SftError } from './errors';
import { readSafetensorsHeader, writeSafetensors } from './safetensors';

const folder = mkdtempSync(path.join(tmpdir(), 'sft-safetensors-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** A file with this header (an object, or raw text) and `data` bytes after it. */
function fileWith(header: unknown, data: number, claimed?: bigint): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(claimed ?? BigInt(json.length));
  const file = path.join(folder, 'case.safetensors');
  writeFileSync(file, Buffer.concat([size, json, Buffer.alloc(data)]));
  return file;
}

function refused(file: string, reason: RegExp): void {
  assert.throws(
    () => readSafetensorsHeader(file),
    (error) => {
      assert.ok(error instanceof SftError);
      assert.equal(error.code, 'corrupt-safetensors');
      assert.equal(error.exitCode, 2);
      assert.match(error.message, reason);
      return true;
    },
  );
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4]): unknown => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  it('writes what it reads: sorted names, aligned data, metadata', async () => {
    const file = path.join(folder, 'written.safetensors');
    const bytes = (values: number[]): Promise<Uint8Array> =>
      Promise.resolve(new Uint8Array(Float32Array.from(values).buffer));
    await writeSafetensors(file, [
      { name: 'b', dtype: 'F32', shape: [2, 2], read: () => bytes([1, 2, 3, 4]) },
      { name: 'a', dtype: 'F32', shape: [1], read: () => bytes([5]) },
    ]);
    const header = readSafetensorsHeader(file);
    assert.deepEqual([...header.tensors.keys()], ['a', 'b']);
    assert.deepEqual(header.metadata, { format: 'pt' });
    const b = header.tensors.get('b')!;
    assert.equal(header.tensors.get('a')!.byteOffset % 8, 0);
    const data = readFileSync(file).subarray(b.byteOffset, b.byteOffset + b.byteLength);
    assert.deepEqual(
      Array.from(new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + 16))),
      [1, 2, 3, 4],
    );
  });

  it('accepts empty tensors and scalars', () => {
    const header = readSafetensorsHeader(fileWith({ a: entry(0, 0, [0, 4]), b: entry(0, 4, []) }, 4));
    assert.equal(header.tensors.size, 2);
  });

  it('refuses a file that is too short', () => {
    const file = path.join(folder, 'short.safetensors');
    writeFileSync(file, Buffer.alloc(3));
    refused(file, /3 bytes, too few/);
  });

  it('refuses a header larger than the file', () => {
    refused(fileWith({}, 0, 10_000n), /header claims 10000 bytes/);
    refused(fileWith({}, 0, 0xffff_ffff_ffff_ffffn), /header claims 18446744073709551615 bytes/);
  });

  it('refuses a header that is no JSON object', () => {
    for (const header of ['[]', '{"a"', 'null']) refused(fileWith(header, 0), /not a JSON object/);
  });

  it('refuses a tensor outside the file, as in a truncated one', () => {
    refused(fileWith({ a: entry(0, 16) }, 12), /only 12 data bytes/);
  });

  it('refuses overlaps, holes, left-over bytes and shapes that do not match', () => {
    refused(fileWith({ a: entry(0, 8), b: entry(4, 12) }, 12), /b overlaps/);
    refused(fileWith({ a: entry(0, 4), b: entry(8, 12) }, 12), /hole of 4 bytes/);
    refused(fileWith({ a: entry(0, 4) }, 12), /8 bytes after/);
    refused(fileWith({ a: entry(0, 8, [3]) }, 8), /needs 12/);
  });

  it('refuses malformed entries', () => {
    for (const bad of [
      null,
      {},
      { dtype: 'F32', shape: [-1], data_offsets: [0, 4] },
      { dtype: 'F32', shape: [1], data_offsets: [4, 0] },
    ]) {
      refused(fileWith({ a: bad }, 4), /malformed|should lie/);
    }
  });
});
