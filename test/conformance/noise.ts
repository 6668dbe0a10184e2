import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import type { Draw } from '../../src/compute/kernels';
import type { HalfType } from '../../src/compute/memory';
import { onBench } from './bench';
import { assertSame, randoms } from './numbers';

const N = 100_000;
/** Known answer of the generator's authors: counter 0, key 0. */
const WORDS = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];

export function noiseSuite(device: () => Device): void {
  const drawn = (noise: { magnitude: number; seed: number; offset: number }, x: Float32Array) =>
    onBench(device(), async (b) => {
      const y = b.floats(x);
      b.kernels.addNoise(y, noise);
      return b.read(y);
    });
  const zeros = new Float32Array(N);

  void describe('addNoise', () => {
    void it('draws from the words of Philox4x32-10', async () => {
      const expected = WORDS.map((word) => ((word >>> 9) + 0.5) / 2 ** 22 - 1);
      const y = await drawn({ magnitude: 1, seed: 0, offset: 0 }, zeros.subarray(0, 4));
      assertSame(y, Float32Array.from(expected), 'y');
    });

    void it('is even over (-magnitude, magnitude), neighbours independent', async () => {
      const y = await drawn({ magnitude: 0.25, seed: 7, offset: 0 }, zeros);
      assert.ok(y.every((value) => value !== 0 && Math.abs(value) < 0.25));
      const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = 0.25 / Math.sqrt(3);
      assert.ok(Math.abs(mean(y)) < (5 * deviation) / Math.sqrt(N), `mean ${mean(y)}`);
      const variance = mean(y.map((value) => value * value));
      assert.ok(Math.abs(variance / deviation ** 2 - 1) < 0.02, `variance ${variance}`);
      const together = mean(y.map((value, i) => value * (y[i + 1] ?? 0)));
      assert.ok(Math.abs(together) < (5 * deviation ** 2) / Math.sqrt(N), `covariance of neighbours ${together}`);
      const quarters = [0, 0, 0, 0];
      for (const value of y) quarters[Math.floor((value + 0.25) * 8)]! += 1;
      for (const count of quarters)
        assert.ok(Math.abs(count - N / 4) < 5 * Math.sqrt((N * 3) / 16), `${count} of ${N}`);
    });

    void it('is added, and a pure function of the seed and of offset + index', async () => {
      const whole = await drawn({ magnitude: 1, seed: 11, offset: 0 }, zeros);
      for (const offset of [1, 2, 3, 4, 1023, 4099]) {
        const part = await drawn({ magnitude: 1, seed: 11, offset }, zeros.subarray(0, 5003));
        assertSame(part, whole.subarray(offset, offset + 5003), `offset ${offset}`);
      }
      const far = await drawn({ magnitude: 1, seed: 2 ** 53 - 1, offset: 2 ** 52 }, zeros.subarray(0, 100));
      const again = await drawn({ magnitude: 1, seed: 2 ** 53 - 1, offset: 2 ** 52 + 8 }, zeros.subarray(0, 92));
      assertSame(again, far.subarray(8), 'far offset');
      const other = await drawn({ magnitude: 1, seed: 12, offset: 0 }, zeros);
      assert.ok(other.filter((value, i) => value === whole[i]).length < 10, 'another seed draws other noise');
      const x = randoms(333, 2);
      const sum = await drawn({ magnitude: 0.5, seed: 11, offset: 0 }, x);
      assertSame(
        sum,
        x.map((value, i) => value + 0.5 * whole[i]!),
        'x + noise',
      );
    });
  });

  const dithered = (x: Float32Array, type: HalfType, draw: Draw) =>
    onBench(device(), async (b) => {
      const y = b.floats(x);
      b.kernels.dither(y, type, draw);
      return b.read(y);
    });
  for (const [type, bits] of [
    ['bf16', 16],
    ['f16', 13],
  ] as const) {
    const [step, dropped] = [2 ** (bits - 23), 2 ** bits - 1];
    void describe(`dither, ${type}`, () => {
      void it('goes up where the word and what the type drops are a step together', async () => {
        const x = Float32Array.of(1 + 0.25 * step, -1 - 0.75 * step, 1.5, 0.1);
        const expected = Float32Array.from(x);
        const words = new Uint32Array(expected.buffer);
        for (const [i, word] of WORDS.entries()) words[i] = (words[i]! + (word & dropped)) & ~dropped;
        assertSame(await dithered(x, type, { seed: 0, offset: 0 }), expected, 'y');
      });

      void it('keeps on the whole what is added, in steps of the type', async () => {
        const added = step / 10;
        const y = await dithered(new Float32Array(N).fill(-1 - added), type, { seed: 1, offset: 0 });
        assert.deepEqual([...new Set(y)].sort(), [-1, -1 - step]);
        const mean = y.reduce((sum, value) => sum + value, 0) / N;
        // 0.3 of a step is one value's deviation: five of the mean's.
        assert.ok(Math.abs(mean + 1 + added) < (5 * 0.3 * step) / Math.sqrt(N), String(mean));
      });

      void it('leaves what the type holds as it is', async () => {
        const held = Float32Array.of(0, -0, 1, -1.5, 2 ** -14, 1 + step, 60_000 - (60_000 % 256), Infinity);
        assertSame(await dithered(held, type, { seed: 1, offset: 0 }), held, 'y');
      });

      void it('is a pure function of the seed and of offset + index', async () => {
        const x = randoms(6000, 4);
        const whole = await dithered(x, type, { seed: 11, offset: 0 });
        for (const offset of [1, 4, 1023]) {
          const part = await dithered(x.subarray(offset, offset + 333), type, { seed: 11, offset });
          assertSame(part, whole.subarray(offset, offset + 333), `offset ${offset}`);
        }
        const other = await dithered(x, type, { seed: 12, offset: 0 });
        assert.ok(
          other.some((value, i) => value !== whole[i]),
          'another seed draws other words',
        );
      });
    });
  }
}
