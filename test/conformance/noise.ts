import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { assertSame, randoms } from './numbers';

const N = 100_000;

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
      // Known answer of the generator's authors: counter 0, key 0.
      const words = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
      const expected = words.map((word) => ((word >>> 9) + 0.5) / 2 ** 22 - 1);
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
}
