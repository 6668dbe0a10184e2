import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { atLeastOne } from '../at-least-one';
import { readBytes, readSafetensorsHeader } from '../../src/base/safetensors';
import type { BlockMoment } from '../../src/compute/block-moments';
import type { Device } from '../../src/compute/device';
import { dynamicMap } from '../../src/compute/dynamic-map';
import { onBench, type Bench, type Numbers } from './bench';
import { assertClose, assertSame, randoms } from './numbers';

/** Made by bitsandbytes itself: test/reference/optimizer_8bit.py. */
const FILE = path.join('test', 'reference', 'adamw_8bit.safetensors');
const STEP = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.05 };
const GOOD = [0, 0, 1, 1];

export function optimizer8bitSuite(device: () => Device): void {
  void describe('adamw8bit', () => {
    const reference = readAll(FILE);
    const floats = (name: string): Float32Array => new Float32Array(reference.get(name)!.buffer);
    const start = floats('parameter.0');
    const n = start.length;
    const blocks = tableOf(n);
    const steps = [...reference.keys()].filter((name) => name.startsWith('gradient.')).length;

    for (let step = 1; step <= steps; step++) {
      void it(`makes step ${step} as bitsandbytes does from the same states`, () =>
        onBench(device(), async (b) => {
          const before = (name: string, length: number): Numbers =>
            reference.has(`${name}.${step - 1}`) ? floats(`${name}.${step - 1}`) : new Float32Array(length);
          const [m, v] = [1, 2].map((i) =>
            momentOf(
              b,
              i === 1,
              reference.get(`state${i}.${step - 1}`) ?? new Uint8Array(n),
              before(`absmax${i}`, blocks.length),
            ),
          );
          const p = b.floats(floats(`parameter.${step - 1}`));
          const table = b.blocks(blocks);
          b.kernels.adamw8bit(
            p,
            b.floats(floats(`gradient.${step}`)),
            m!,
            v!,
            table,
            { ...STEP, step },
            b.floats(GOOD),
          );
          const got = await b.read(p);
          floats(`parameter.${step}`).forEach((value, i) => {
            assert.ok(Math.abs(got[i]! - value) <= 1e-8, `p[${i}]: ${got[i]!}, expected ${value}`);
          });
          assertRelative(await b.read(m!.absmax), floats(`absmax1.${step}`), 1e-6, 'absmax of m');
          assertRelative(await b.read(v!.absmax), floats(`absmax2.${step}`), 1e-6, 'absmax of v');
        }));
    }

    void it('keeps the nearest code of each moment, on the side of its sign', () =>
      onBench(device(), async (b) => {
        const codes = [1, 2].map((seed) => Uint8Array.from(randoms(n, seed), (x) => 128 + 128 * x));
        const scales = [3, 4].map((seed) => randoms(blocks.length, seed).map(Math.abs));
        const [m, v] = codes.map((all, i) => momentOf(b, i === 0, all, scales[i]!));
        // What the moments are before they are rounded: those of the exact update.
        const opened = codes.map((all, i) => open(dynamicMap(i === 0), all, scales[i]!));
        const [em, ev] = opened.map((values) => b.floats(values));
        const grad = b.floats(randoms(n, 5).map((x) => x ** 9));
        const [p, ep, verdict] = [b.floats(start), b.floats(start), b.floats([0, 0, 0.5, 1])];
        b.kernels.adamw(ep, grad, em!, ev!, { ...STEP, step: 3 }, verdict);
        b.kernels.adamw8bit(p, grad, m!, v!, b.blocks(blocks), { ...STEP, step: 3 }, verdict);
        assertSame(await b.read(p), await b.read(ep), 'p');
        for (const [moment, exact, signed] of [
          [m!, em!, true],
          [v!, ev!, false],
        ] as const) {
          const { codes: expected, absmax } = close(dynamicMap(signed), await b.read(exact));
          assertSame(await b.read(moment.absmax), absmax, 'absmax');
          const got = await b.readBytes(moment.codes);
          expected.forEach((code, i) => {
            assert.equal(got[i], code, `code ${i}, signed ${signed}`);
          });
        }
      }));

    void it('keeps moments of 0 at 0, and the sign of those that are nearly 0', () =>
      onBench(device(), async (b) => {
        const [m, v] = [true, false].map((signed) => momentOf(b, signed, new Uint8Array(600), [0, 0, 0]));
        const grad = new Float32Array(600);
        grad.set([1, -1e-9, 1e-9], 256);
        const p = b.floats(new Float32Array(600).fill(0.5));
        b.kernels.adamw8bit(p, b.floats(grad), m!, v!, b.blocks(tableOf(600)), { ...STEP, step: 1 }, b.floats(GOOD));
        const map = dynamicMap(true);
        const values = [...(await b.readBytes(m!.codes))].map((code) => map[code]!);
        assert.deepEqual(values.slice(256, 260), [1, map[126], 0, 0]);
        assert.ok([...values.slice(0, 256), ...values.slice(260, 600)].every((value) => value === 0));
        assertSame((await b.read(m!.absmax)).subarray(0, 1), new Float32Array(1), 'absmax of a block of zeros');
        const kept = Math.fround(0.5 * Math.fround(1 - STEP.learningRate * STEP.weightDecay));
        assertClose((await b.read(p)).subarray(0, 256), new Float32Array(256).fill(kept), 1e-7, 'p without a gradient');
      }));

    void it('keeps the moments of small tensors in fp32, and leaves alone what no block covers', () =>
      onBench(device(), async (b) => {
        const [given, gradient] = [randoms(1000, 1), randoms(1000, 2)];
        // 100 elements in fp32, a gap, 300 in 8 bits, 300 in fp32, in another order in memory.
        const rows = [
          [700, 256, -2],
          [956, 44, -1],
          [200, 256, 1],
          [456, 44, 0],
          [0, 100, -3],
        ] as const;
        const [m, v] = [true, false].map((signed): BlockMoment => {
          return { ...momentOf(b, signed, new Uint8Array(512), [0, 0]), exact: b.zeros(768) };
        });
        const [p, grad, table, verdict] = [b.floats(given), b.floats(gradient), b.blocks(rows), b.floats(GOOD)];
        const [ep, em, ev] = [b.floats(given), b.zeros(1000), b.zeros(1000)];
        for (const step of [1, 2]) {
          b.kernels.adamw8bit(p, grad, m!, v!, table, { ...STEP, step }, verdict);
          b.kernels.adamw(ep, grad, em, ev, { ...STEP, step }, verdict);
        }
        const [got, expected] = [await b.read(p), await b.read(ep)];
        for (const [from, to] of [
          [0, 100],
          [700, 1000],
        ] as const) {
          assertSame(got.subarray(from, to), expected.subarray(from, to), `p from ${from}`);
        }
        assertClose(got.subarray(200, 500), expected.subarray(200, 500), 5e-4, 'p in 8 bits');
        for (const [from, to] of [
          [100, 200],
          [500, 700],
        ] as const) {
          assertSame(got.subarray(from, to), given.subarray(from, to), `p from ${from}`);
        }
        assertSame((await b.read(m!.exact)).subarray(512, 612), (await b.read(em)).subarray(0, 100), 'm');
        assertSame((await b.read(v!.exact)).subarray(256, 512), (await b.read(ev)).subarray(700, 956), 'v');
      }));

    void it('changes nothing where the verdict is that something is not finite', () =>
      onBench(device(), async (b) => {
        const codes = Uint8Array.from({ length: n }, (_, i) => i % 256);
        const [m, v] = [true, false].map((signed) => momentOf(b, signed, codes, [1, 2, 3]));
        const [p, grad, bad] = [b.floats(start), b.floats(randoms(n, 4)), b.floats([NaN, 0, 1, 0])];
        b.kernels.adamw8bit(p, grad, m!, v!, b.blocks(blocks), { ...STEP, step: 7 }, bad);
        assertSame(await b.read(p), start, 'p');
        for (const { codes: kept, absmax } of [m!, v!]) {
          assert.deepEqual([...(await b.readBytes(kept))].slice(0, n), [...codes]);
          assertSame(await b.read(absmax), Float32Array.of(1, 2, 3), 'absmax');
        }
      }));

    void it('refuses blocks that leave their stretch, and moments without room for them', () =>
      onBench(device(), (b) => {
        const [m, v] = [true, false].map((signed) => momentOf(b, signed, new Uint8Array(n), [0, 0, 0]));
        const [p, grad] = [b.floats(start), b.zeros(n)];
        for (const rows of [[[n - 10, 11, 0]], [[0, 256, 3]], [[0, 256, -1]]] as const) {
          const table = b.blocks(rows);
          assert.throws(() => {
            b.kernels.adamw8bit(p, grad, m!, v!, table, { ...STEP, step: 1 }, b.floats(GOOD));
          }, RangeError);
        }
        for (const row of [
          [0, 257, 0],
          [0, 0, 0],
          [-1, 5, 0],
        ] as const) {
          assert.throws(() => b.blocks([row]), RangeError);
        }
        return Promise.resolve();
      }));

    void it('has the maps of bitsandbytes', () => {
      assertSame(dynamicMap(true), floats('qmap1'), 'signed');
      assertSame(dynamicMap(false), floats('qmap2'), 'unsigned');
    });
  });
}

function tableOf(length: number): [number, number, number][] {
  return Array.from({ length: Math.ceil(length / 256) }, (_, i) => [256 * i, Math.min(256, length - 256 * i), i]);
}

/** All in 8 bits; codes are filled up to whole blocks. */
function momentOf(b: Bench, signed: boolean, codes: Uint8Array, absmax: Numbers): BlockMoment {
  const whole = new Uint8Array(256 * absmax.length);
  whole.set(codes);
  return { map: b.floats(dynamicMap(signed)), codes: b.bytes(whole), absmax: b.floats(absmax), exact: b.zeros(0) };
}

function open(map: Float32Array, codes: Uint8Array, absmax: Float32Array): Float32Array {
  return Float32Array.from(codes, (code, i) => map[code]! * absmax[i >> 8]!);
}

/** By the definition: every value of the map is tried. */
function close(map: Float32Array, values: Float32Array): { codes: number[]; absmax: Float32Array } {
  const absmax = new Float32Array(Math.ceil(values.length / 256));
  values.forEach((value, i) => (absmax[i >> 8] = Math.max(absmax[i >> 8]!, Math.abs(value))));
  const codes = Array.from(values, (value, i) => {
    const x = Math.fround(value / absmax[i >> 8]!);
    let best = 0;
    map.forEach((candidate, code) => {
      if (Math.abs(candidate - x) < Math.abs(map[best]! - x)) best = code;
    });
    if (value < 0 && map[best]! >= 0) best -= 1;
    if (value > 0 && map[best]! < 0) best += 1;
    return best;
  });
  return { codes, absmax };
}

function assertRelative(actual: Float32Array, expected: Float32Array, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= tolerance * value, `${what}[${i}]: ${actual[i]!}, expected ${value}`);
  });
}

function readAll(file: string): Map<string, Uint8Array<ArrayBuffer>> {
  const fd = openSync(file, 'r');
  try {
    return new Map(
      atLeastOne(readSafetensorsHeader(file).tensors.values()).map(({ name, byteOffset, byteLength }) => {
        return [name, Uint8Array.from(readBytes(fd, byteOffset, byteLength, file))] as const;
      }),
    );
  } finally {
    closeSync(fd);
  }
}
