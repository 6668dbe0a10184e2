import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it, type TestContext } from 'node:test';
import { locateTensors } from '../../base/tensor-folder';
import type { TensorSource } from '../../base/safetensors';
import { writeShards } from './shards';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-shards-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function tensor(name: string, values: readonly number[]): TensorSource {
  const floats = Float32Array.from(values);
  return {
    name,
    dtype: 'F32',
    shape: [values.length],
    read: () => Promise.resolve(new Uint8Array(floats.buffer)),
  };
}

const TENSORS = [tensor('a', [1, 2]), tensor('b', [3]), tensor('c', [4, 5, 6, 7]), tensor('d', [8])];

it('cuts tensors into files of at most the size asked for, and writes the index that says where each is', async (t) => {
  const folder = temporaryFolder(t);
  await writeShards(folder, TENSORS, 12);
  assert.deepEqual(readdirSync(folder).sort(), [
    'model-00001-of-00003.safetensors',
    'model-00002-of-00003.safetensors',
    'model-00003-of-00003.safetensors',
    'model.safetensors.index.json',
  ]);
  const index = JSON.parse(readFileSync(path.join(folder, 'model.safetensors.index.json'), 'utf8')) as unknown;
  assert.deepEqual(index, {
    metadata: { total_size: 32 },
    weight_map: {
      a: 'model-00001-of-00003.safetensors',
      b: 'model-00001-of-00003.safetensors',
      c: 'model-00002-of-00003.safetensors',
      d: 'model-00003-of-00003.safetensors',
    },
  });
  const located = locateTensors(folder);
  assert.deepEqual([...located.keys()].sort(), ['a', 'b', 'c', 'd']);
  const { file, byteOffset, byteLength } = located.get('c')!;
  const bytes = readFileSync(file).subarray(byteOffset, byteOffset + byteLength);
  assert.deepEqual([...new Float32Array(Uint8Array.from(bytes).buffer)], [4, 5, 6, 7]);
});

it('writes one file without an index where all fit', async (t) => {
  const folder = temporaryFolder(t);
  await writeShards(folder, TENSORS);
  assert.deepEqual(readdirSync(folder), ['model.safetensors']);
});
