import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { assertSame, randoms } from './numbers';

const N = 100_000;

export function dropoutSuite(device: () => Device): void {
  const dropped = (mask: { p: number; seed: number; offset: number }, x: Float32Array) =>
    onBench(device(), async (b) => {
      const y = b.zeros(x.length);
      b.kernels.dropout(y, b.floats(x), mask);
      return b.read(y);
    });
  const ones = new Float32Array(N).fill(1);

  void describe('dropout', () => {
    for (const p of [0.05, 0.1, 0.5, 0.9]) {
      void it(`drops ${p} of the elements and scales the others by ${1 / (1 - p)}`, async () => {
        const y = await dropped({ p, seed: 7, offset: 0 }, ones);
        const kept = y.filter((value) => value !== 0);
        assert.ok(kept.every((value) => value === Math.fround(1 / (1 - p))));
        const deviation = Math.sqrt(N * p * (1 - p));
        assert.ok(Math.abs(N - kept.length - N * p) < 5 * deviation, `${N - kept.length} dropped of ${N}`);
        // Neighbours are independent: pairs of which both are dropped are as many as chance says.
        const pairs = y.filter((value, i) => value === 0 && y[i + 1] === 0).length;
        const expected = N * p * p;
        assert.ok(Math.abs(pairs - expected) < 6 * Math.sqrt(expected) + 6, `${pairs} pairs, expected ${expected}`);
      });
    }

    void it('p 0 keeps everything as it is', async () => {
      const x = randoms(1001, 1);
      assertSame(await dropped({ p: 0, seed: 3, offset: 5 }, x), x, 'y');
    });

    void it('is a pure function of the seed and of offset + index', async () => {
      const whole = await dropped({ p: 0.3, seed: 11, offset: 0 }, ones);
      for (const offset of [1, 2, 3, 4, 1023, 4099]) {
        const part = await dropped({ p: 0.3, seed: 11, offset }, ones.subarray(0, 5000));
        assertSame(part, whole.subarray(offset, offset + 5000), `offset ${offset}`);
      }
      const far = 2 ** 52;
      const there = await dropped({ p: 0.3, seed: 2 ** 53 - 1, offset: far }, ones);
      const again = await dropped({ p: 0.3, seed: 2 ** 53 - 1, offset: far + 8 }, ones.subarray(8));
      assertSame(again, there.subarray(8), 'far offset');
      const other = await dropped({ p: 0.3, seed: 12, offset: 0 }, ones);
      const differing = other.filter((value, i) => value !== whole[i]).length / N;
      assert.ok(Math.abs(differing - 2 * 0.3 * 0.7) < 0.01, `seeds differ in ${differing}`);
    });

    void it('draws the words of Philox4x32-10', async () => {
      // Known answer of the generator's authors: counter 0, key 0 gives 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
      const words = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
      for (const word of words) {
        const below = await dropped({ p: word / 2 ** 32, seed: 0, offset: 0 }, ones.subarray(0, 4));
        const above = await dropped({ p: (word + 1) / 2 ** 32, seed: 0, offset: 0 }, ones.subarray(0, 4));
        const at = words.indexOf(word);
        assert.ok(below[at] !== 0 && above[at] === 0, `word ${at}`);
      }
    });

    void it('adds to y with beta 1, and writes over x with beta 0', () =>
      onBench(device(), async (b) => {
        const [x, start] = [randoms(333, 2), randoms(333, 3)];
        const mask = { p: 0.4, seed: 1, offset: 6 };
        const plain = await dropped(mask, x);
        const y = b.floats(start);
        b.kernels.dropout(y, b.floats(x), mask, 1);
        assertSame(
          await b.read(y),
          plain.map((value, i) => Math.fround(value + start[i]!)),
          'beta 1',
        );
        const place = b.floats(x);
        b.kernels.dropout(place, place, mask);
        assertSame(await b.read(place), plain, 'in place');
      }));
  });
}
