import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readBytes, readSafetensorsHeader, type SafetensorsHeader } from '../../src/base/safetensors';
import type { Device } from '../../src/compute/device';
import type { DeviceBuffer, Nf4Matrix } from '../../src/compute/memory';
import { dynamicMap } from '../../src/compute/dynamic-map';
import { allocNf4, freeNf4 } from '../../src/compute/nf4';
import { onBench, type Bench } from './bench';
import { assertClose, assertSame, randoms } from './numbers';
import * as reference from './reference';

/** Rows, depth, width: blocks across rows, a last block that is not full, whole vectors in one block and not, few rows and many. */
const PRODUCTS = [
  [1, 5, 33],
  [3, 64, 64],
  [19, 130, 47],
  [40, 96, 192],
  [70, 33, 129],
  [50, 130, 700],
] as const;

/** Weights in 4 bits, held against values of bitsandbytes. */
export function nf4Suite(device: () => Device): void {
  const file = readSafetensorsHeader(path.join('test', 'reference', 'nf4.safetensors'));
  const cases = [...file.tensors.keys()].filter((name) => name.endsWith('.weight')).map((name) => name.slice(0, -7));

  void describe('nf4', () => {
    for (const name of cases) {
      const nested = name.endsWith('.nested');
      void it(`${name}: codes and scales of bitsandbytes`, () =>
        onBench(device(), async (b) => {
          const [rows, cols] = file.tensors.get(`${name}.weight`)!.shape as [number, number];
          const w = b.nf4(stored(b, file, `${name}.weight`), rows, cols, nested);
          b.submit();
          assert.deepEqual(await b.device.readBytes(w.codes), bytesOf(file, `${name}.codes`));
          if (w.scales.kind === 'plain') {
            assertSame(await b.read(w.scales.absmax), floatsOf(file, `${name}.absmax`), 'absmax');
            assertSame(await b.dequantized(w), floatsOf(file, `${name}.dequantized`), 'values');
            return;
          }
          assertSame(dynamicMap(true), floatsOf(file, `${name}.nested_code`), 'the map of scales');
          // Means of fp32 differ by the order of the sum, the largest of 256 by as much.
          assertClose(await b.read(w.scales.offset), floatsOf(file, `${name}.offset`), 1e-7, 'offset');
          assertClose(await b.read(w.scales.absmax), floatsOf(file, `${name}.nested_absmax`), 2e-7, 'nested absmax');
          await assertNearest(b, w, file, name);
        }));

      void it(`${name}: reads what bitsandbytes wrote`, () =>
        onBench(device(), async (b) => {
          const [rows, cols] = file.tensors.get(`${name}.weight`)!.shape as [number, number];
          const map = nested ? stored(b, file, `${name}.nested_code`) : undefined;
          const w = allocNf4(b.device, rows, cols, map);
          b.device.write(w.codes, bytesOf(file, `${name}.codes`));
          if (w.scales.kind === 'plain') b.device.write(w.scales.absmax, floatsOf(file, `${name}.absmax`));
          else {
            b.device.write(w.scales.codes, bytesOf(file, `${name}.absmax`));
            b.device.write(w.scales.absmax, floatsOf(file, `${name}.nested_absmax`));
            b.device.write(w.scales.offset, floatsOf(file, `${name}.offset`));
          }
          assertSame(await b.dequantized(w), floatsOf(file, `${name}.dequantized`), 'values');
          freeNf4(b.device, w);
        }));
    }

    for (const [m, n, k] of PRODUCTS) {
      for (const nested of [false, true]) {
        void it(`multiplies by ${nested ? 'nested' : 'plain'} 4-bit weights, m ${m}, n ${n}, k ${k}`, () =>
          onBench(device(), async (b) => {
            const { product } = device().traits.tolerance;
            const w = b.nf4(b.floats(randoms(n * k, 3, 0.1)), n, k, nested);
            const values = await b.dequantized(w);
            const [x, dy, p] = [randoms(m * k, 1), randoms(m * n, 2), randoms(m * 5, 4)];
            const up = randoms(n * 5, 5);
            const y = b.zeros(m * n);
            const delta = { p: b.floats(p), u: b.matrix('f32', up, n, 5), alpha: 0.5 };
            b.kernels.linear(y, b.floats(x), w, m, { delta });
            const thin = reference.linear(p, up, m, n, 5);
            const forward = reference.linear(x, values, m, n, k).map((value, i) => value + 0.5 * thin[i]!);
            assertClose(await b.read(y), forward, product, 'y');

            const before = randoms(m * k, 6);
            const dx = b.floats(before);
            b.kernels.linearBackwardInput(dx, b.floats(dy), w, m, { alpha: 2, beta: 1 });
            const turned = values.map((_, i) => values[(i % n) * k + Math.floor(i / n)]!);
            const backward = reference.linear(dy, turned, m, k, n).map((value, i) => before[i]! + 2 * value);
            assertClose(await b.read(dx), backward, product, 'dx');
          }));
      }
    }

    void it('refuses codes and scales that do not fit', () =>
      onBench(device(), (b) => {
        const w = b.nf4(b.floats(randoms(3 * 50, 1)), 3, 50);
        const wrong: Nf4Matrix[] = [
          { ...w, cols: 52 },
          { ...w, codes: w.scales.absmax },
          { ...w, scales: { kind: 'plain', absmax: b.zeros(2) } },
        ];
        for (const matrix of wrong) {
          const [x, y] = [b.zeros(matrix.cols), b.zeros(3)];
          assert.throws(() => {
            b.kernels.linear(y, x, matrix, 1);
          }, RangeError);
        }
        return Promise.resolve();
      }));
  });
}

/** No entry of the map is nearer to a scale than ours: bitsandbytes' CPU finds its own through a coarse table. */
async function assertNearest(b: Bench, w: Nf4Matrix, file: SafetensorsHeader, name: string): Promise<void> {
  if (w.scales.kind !== 'nested') throw new RangeError('the scales are not nested');
  const exact = b.nf4(stored(b, file, `${name}.weight`), w.rows, w.cols);
  const absmax = await b.read(exact.scales.absmax);
  const [codes, nested] = [await b.device.readBytes(w.scales.codes), await b.read(w.scales.absmax)];
  const [offset] = await b.read(w.scales.offset);
  const map = dynamicMap(true);
  codes.forEach((code, i) => {
    const value = (absmax[i]! - offset!) / nested[i >> 8]!;
    const least = Math.min(...map.map((entry) => Math.abs(entry - value)));
    assert.ok(Math.abs(map[code]! - value) <= least + 1e-7, `scale ${i}: ${map[code]!} for ${value}`);
  });
  const theirs = bytesOf(file, `${name}.absmax`);
  assert.ok(
    codes.filter((code, i) => code === theirs[i]).length >= 0.9 * codes.length,
    'most scales are as bitsandbytes has them',
  );
}

function bytesOf(header: SafetensorsHeader, name: string): Uint8Array<ArrayBuffer> {
  const { byteOffset, byteLength } = header.tensors.get(name)!;
  const fd = openSync(header.file, 'r');
  try {
    return readBytes(fd, byteOffset, byteLength, header.file);
  } finally {
    closeSync(fd);
  }
}

function floatsOf(header: SafetensorsHeader, name: string): Float32Array {
  return new Float32Array(bytesOf(header, name).buffer);
}

/** A tensor of the file in its own type. */
function stored(b: Bench, header: SafetensorsHeader, name: string): DeviceBuffer {
  const { dtype } = header.tensors.get(name)!;
  const { buffer } = bytesOf(header, name);
  return dtype === 'F32'
    ? b.floats(new Float32Array(buffer))
    : b.bits(dtype === 'BF16' ? 'bf16' : 'f16', new Uint16Array(buffer));
}
