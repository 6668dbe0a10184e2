import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { decodeBf16, decodeF16, encodeBf16, encodeF16 } from './half';
import { assertClose, assertSame, numericalSlopes, randoms } from './numbers';
import * as reference from './reference';

const LENGTHS = [1, 15, 16, 33, 1000];
const ALL_BITS = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** Values at and around every place where a conversion rounds, overflows or goes subnormal. */
function edges(): Float32Array {
  const values = [0, -0, 1, 65504, 65519, 65520, 65536, 1e30, 3.4e38, 1e-40, 2 ** -14, 2 ** -24, 2 ** -25, 2 ** -26];
  const near = values.flatMap((x) => [x, -x, x * (1 + 2 ** -11), x * (1 + 2 ** -8), x * (1 + 2 ** -12), x * 1.5]);
  const halves = Array.from({ length: 500 }, (_, i) => (i - 250 + 0.5) * 2 ** -24);
  return Float32Array.from([
    ...near,
    ...halves,
    ...randoms(3000, 1, 1e-6),
    ...randoms(3000, 2, 1e5),
    Infinity,
    -Infinity,
  ]);
}

export function elementwiseSuite(device: () => Device): void {
  for (const [name, backward] of [
    ['swiglu', 'swigluBackward'],
    ['geglu', 'gegluBackward'],
  ] as const) {
    gatedSuite(device, name, backward);
  }

  void describe('scale', () => {
    void it('on every length of tail', () =>
      onBench(device(), async (b) => {
        for (let n = 1; n < 70; n++) {
          const x = randoms(n, 1);
          const to = b.floats(x);
          b.kernels.scale(to, 0.3);
          assertSame(
            await b.read(to),
            x.map((value) => Math.fround(value * Math.fround(0.3))),
            `x of ${n}`,
          );
        }
      }));
  });

  void describe('add, copy and fill', () => {
    void it('add, on every length of tail', () =>
      onBench(device(), async (b) => {
        for (let n = 1; n < 70; n++) {
          const [y, x] = [randoms(n, 1), randoms(n, 2)];
          const to = b.floats(y);
          b.kernels.add(to, b.floats(x));
          assertSame(
            await b.read(to),
            y.map((value, i) => Math.fround(value + x[i]!)),
            `y of ${n}`,
          );
        }
      }));

    for (const [dtype, encode, decode] of [
      ['bf16', encodeBf16, decodeBf16],
      ['f16', encodeF16, decodeF16],
    ] as const) {
      void it(`reads every ${dtype} exactly`, () =>
        onBench(device(), async (b) => {
          const narrow = b.device.alloc(dtype, 65536);
          b.device.write(narrow, ALL_BITS);
          const wide = b.zeros(65536);
          b.kernels.copy(wide, narrow);
          assertSame(await b.read(wide), Float32Array.from(ALL_BITS, decode), dtype);
          assertSame(await b.read(narrow), Float32Array.from(ALL_BITS, decode), `${dtype} read as floats`);
          assert.deepEqual(await b.device.readBits(narrow), ALL_BITS);
          b.device.free(narrow);
        }));

      void it(`rounds to ${dtype} to nearest even`, () =>
        onBench(device(), async (b) => {
          const values = edges();
          const narrow = b.device.alloc(dtype, values.length);
          b.kernels.copy(narrow, b.floats(values));
          b.submit();
          const bits = await b.device.readBits(narrow);
          values.forEach((value, i) => {
            assert.equal(bits[i], encode(value), `${value} as ${dtype}`);
          });
          const nan = b.device.alloc(dtype, 1);
          b.kernels.copy(nan, b.floats([NaN]));
          b.submit();
          assert.ok(Number.isNaN(decode((await b.device.readBits(nan))[0]!)));
          b.device.free(narrow);
          b.device.free(nan);
        }));
    }

    void it('copies within a type and between halves', () =>
      onBench(device(), async (b) => {
        const x = randoms(77, 3);
        const y = b.zeros(77);
        b.kernels.copy(y, b.floats(x));
        assertSame(await b.read(y), x, 'f32');
        const bf16 = b.stored('bf16', x);
        const f16 = b.stored('f16', new Float32Array(77));
        b.kernels.copy(f16, bf16);
        assertSame(
          await b.read(f16),
          x.map((value) => decodeF16(encodeF16(decodeBf16(encodeBf16(value))))),
          'bf16 to f16',
        );
      }));

    void it('fill writes every type', () =>
      onBench(device(), async (b) => {
        for (const dtype of ['f32', 'bf16', 'f16'] as const) {
          const x = b.stored(dtype, new Float32Array(45));
          b.kernels.fill(x.slice(1, 43), 1.5);
          const expected = new Float32Array(45).fill(1.5);
          expected[0] = expected[44] = 0;
          assertSame(await b.read(x), expected, dtype);
        }
      }));
  });
}

function gatedSuite(
  device: () => Device,
  name: 'swiglu' | 'geglu',
  backward: 'swigluBackward' | 'gegluBackward',
): void {
  const plain = reference[name];
  void describe(name, () => {
    for (const n of LENGTHS) {
      void it(`forward and backward on ${n} elements`, () =>
        onBench(device(), async (b) => {
          const [gate, up, dh] = [randoms(n, 1, 8), randoms(n, 2, 2), randoms(n, 3)];
          const [gates, ups, dhs, h] = [b.floats(gate), b.floats(up), b.floats(dh), b.zeros(n)];
          b.kernels[name](h, gates, ups);
          assertClose(await b.read(h), plain(gate, up), 1e-6, 'h');
          // In place, as the model calls it: dgate over gate, dup over dh.
          b.kernels[backward](gates, dhs, dhs, gates, ups);
          assertClose(
            await b.read(gates),
            numericalSlopes((at) => plain(at, up), gate, dh),
            1e-5,
            'dgate',
          );
          assertClose(
            await b.read(dhs),
            numericalSlopes((at) => plain(gate, at), up, dh),
            1e-5,
            'dup',
          );
        }));
    }

    void it('saturates without NaN and keeps NaN', () =>
      onBench(device(), async (b) => {
        const gate = Float32Array.from([-200, -90, -88, 88, 90, 200, NaN, 0]);
        const h = b.zeros(8);
        b.kernels[name](h, b.floats(gate), b.floats(new Float32Array(8).fill(1)));
        assertClose(await b.read(h), plain(gate, new Float32Array(8).fill(1)), 1e-6, 'h');
      }));
  });
}
