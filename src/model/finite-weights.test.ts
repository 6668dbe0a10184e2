import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import type { LocatedTensor } from '../base/tensor-folder';
import { requireFinite } from './finite-weights';

const folder = mkdtempSync(path.join(tmpdir(), 'sft-finite-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** A file with `count` elements of zero, but for the one at `at`. */
function tensorWith(dtype: 'F32' | 'F16' | 'BF16', count: number, at: number, bits: number): LocatedTensor {
  const values = dtype === 'F32' ? new Uint32Array(count) : new Uint16Array(count);
  values[at] = bits;
  const file = path.join(folder, `${dtype}-${count}-${at}-${bits}`);
  writeFileSync(file, values);
  return { name: 'w', dtype, shape: [count], byteOffset: 0, byteLength: values.byteLength, file };
}

const NONE = { F32: 0x7fc00000, F16: 0xfc00, BF16: 0x7f80 } as const;

for (const dtype of ['F32', 'F16', 'BF16'] as const) {
  it(`${dtype}: finds one number that is none, the last of an odd count included`, async () => {
    for (const [count, at] of [
      [1, 0],
      [6, 3],
      [7, 6],
      [(4 << 20) + 1, 4 << 20],
    ] as const) {
      await assert.rejects(requireFinite([tensorWith(dtype, count, at, NONE[dtype])]), { code: 'not-finite' });
    }
  });

  it(`${dtype}: lets the largest numbers pass`, async () => {
    await requireFinite([tensorWith(dtype, 7, 6, NONE[dtype] === 0x7fc00000 ? 0x7f7fffff : NONE[dtype] - 1)]);
  });
}
