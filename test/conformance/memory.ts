import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { encodeBf16 } from './half';
import { assertSame, randoms } from './numbers';

export function memorySuite(device: () => Device): void {
  void describe('memory', () => {
    void it('is zeroed, counted, and given back once', async () => {
      const d = device();
      const before = d.allocatedBytes;
      const x = d.alloc('f32', 1000);
      const y = d.alloc('bf16', 10);
      assert.equal(d.allocatedBytes, before + 4020);
      assertSame(await d.readFloats(x), new Float32Array(1000), 'fresh memory');
      d.free(x);
      d.free(y);
      assert.equal(d.allocatedBytes, before);
      assert.throws(() => {
        d.free(x);
      }, RangeError);
      await assert.rejects(d.readFloats(x), RangeError);
      assert.throws(() => {
        d.begin().fill(x, 1);
      }, RangeError);
    });

    void it('slices share memory and cannot be freed alone', () =>
      onBench(device(), async (b) => {
        const x = b.floats([1, 2, 3, 4, 5]);
        const middle = x.slice(1, 3);
        b.kernels.fill(middle.slice(1, 1), 9);
        assertSame(await b.read(x), Float32Array.from([1, 2, 9, 4, 5]), 'x');
        assert.throws(() => middle.slice(2, 2), RangeError);
        assert.throws(() => x.slice(-1, 2), RangeError);
        assert.throws(() => {
          b.device.free(middle);
        }, RangeError);
      }));

    void it('holds bytes, and copies them', () =>
      onBench(device(), async (b) => {
        const [x, y] = [b.bytes([0, 1, 127, 128, 255]), b.bytes([9, 9, 9])];
        b.kernels.copy(y, x.slice(2, 3));
        assert.deepEqual([...(await b.readBytes(y))], [127, 128, 255]);
        assert.deepEqual([...(await b.readBytes(x))], [0, 1, 127, 128, 255]);
      }));

    void it('refuses what does not fit: types and lengths', () =>
      onBench(device(), async (b) => {
        const [x, y, ids, raw] = [b.zeros(6), b.zeros(7), b.indices([0, 1]), b.integers([0, 1])];
        const calls = [
          () => {
            b.kernels.add(x, y);
          },
          () => {
            b.device.write(x, new Float32Array(5));
          },
          () => {
            b.device.write(x, new Int32Array(6));
          },
          () => {
            b.kernels.fill(b.bytes([1, 2]), 0);
          },
          () => {
            b.kernels.copy(x.slice(0, 2), b.bytes([1, 2]));
          },
          () => {
            b.kernels.rmsNorm(x, x, y, 2, 3, 1e-5);
          },
          () => {
            b.kernels.linear(x, x, { kind: 'dense', data: y, rows: 2, cols: 3 }, 1);
          },
          () => {
            const u = { kind: 'dense', data: y, rows: 2, cols: 3 } as const;
            b.kernels.linear(x, x, b.matrix('f32', new Float32Array(4), 2, 2), 3, { delta: { p: x, u, alpha: 1 } });
          },
          () => {
            b.kernels.gatherRows(x, { kind: 'dense', data: b.zeros(3), rows: 1, cols: 3 }, ids, 2);
          },
          () => {
            b.kernels.crossEntropy(raw, x, ids, 2, 3);
          },
          () => {
            b.kernels.copy(raw, x.slice(0, 2));
          },
        ];
        for (const call of calls) assert.throws(call, RangeError, String(call));
        await assert.rejects(b.device.readBits(x), RangeError);
        await assert.rejects(b.device.readBytes(x), RangeError);
        await assert.rejects(b.device.readFloats(b.bytes([1])), RangeError);
      }));

    void it('reads weights in place from a file, until it is closed', async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-weights-'));
      try {
        const file = path.join(folder, 'weights.bin');
        const values = randoms(100, 1);
        const bytes = Buffer.alloc(8 + 200);
        values.forEach((value, i) => bytes.writeUInt16LE(encodeBf16(value), 8 + 2 * i));
        writeFileSync(file, bytes);
        const d = device();
        const weights = d.openWeights(file);
        const w = weights.buffer('bf16', 8, 100);
        const first = await d.readFloats(w);
        values.forEach((value, i) => {
          assert.ok(Math.abs(first[i]! - value) <= Math.abs(value) / 256);
        });
        assert.throws(() => weights.buffer('bf16', 8, 101), RangeError);
        assert.throws(() => weights.buffer('f32', 2, 1), RangeError);
        assert.throws(() => {
          d.free(w);
        }, RangeError);
        weights.close();
        weights.close();
        await assert.rejects(d.readFloats(w), RangeError);
        assert.throws(() => weights.buffer('bf16', 8, 1), RangeError);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    void it('names a file that cannot be read', () => {
      assert.throws(
        () => device().openWeights(path.join('no', 'such', 'weights.safetensors')),
        (error) => error instanceof SftError && error.code === 'unreadable-file' && error.exitCode === 2,
      );
    });
  });
}
