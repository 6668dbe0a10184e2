import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { createRandom } from './random';

describe('createRandom', () => {
  it('gives xoshiro128** 1.1 from a splitmix32 state', () => {
    // Worked out step by step with unbounded integers, apart from the code under test.
    const m = (1n << 32n) - 1n;
    let counter = 42n;
    const splitmix = (): bigint => {
      counter = (counter + 0x9e3779b9n) & m;
      let z = counter;
      z = ((z ^ (z >> 16n)) * 0x21f0aaadn) & m;
      z = ((z ^ (z >> 15n)) * 0x735a2d97n) & m;
      return z ^ (z >> 15n);
    };
    const rotate = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & m;
    const s = [splitmix(), splitmix(), splitmix(), splitmix()] as [bigint, bigint, bigint, bigint];
    const random = createRandom(42);
    for (let i = 0; i < 1000; i++) {
      const expected = (rotate((s[1] * 5n) & m, 7n) * 9n) & m;
      const t = (s[1] << 9n) & m;
      s[2] ^= s[0];
      s[3] ^= s[1];
      s[1] ^= s[2];
      s[0] ^= s[3];
      s[2] ^= t;
      s[3] = rotate(s[3], 11n);
      assert.equal(random.nextUint32(), Number(expected));
    }
  });
  it('gives other numbers for other seeds, large and negative ones too', () => {
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
    const sequences = seeds.map((seed) => {
      const random = createRandom(seed);
      return [0, 1, 2, 3].map(() => random.nextUint32()).join();
    });
    assert.equal(new Set(sequences).size, seeds.length);
    assert.throws(() => createRandom(1.5), RangeError);
  });
  it('is uniform: floats by mean and variance, below by chi-square', () => {
    const random = createRandom(7);
    const n = 100_000;
    const floats = Array.from({ length: n }, () => random.nextFloat());
    const mean = floats.reduce((sum, x) => sum + x, 0) / n;
    const variance = floats.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    assert.ok(Math.abs(mean - 0.5) < 0.004 && Math.abs(variance - 1 / 12) < 0.001);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < n; i++) counts[random.below(7)]!++;
    const chi = counts.reduce((sum, count) => sum + (count - n / 7) ** 2 / (n / 7), 0);
    assert.ok(chi < 22.5, `chi-square ${chi}, 6 degrees of freedom`);
  });
  it('shuffles to every order equally often', () => {
    const random = createRandom(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([1, 2, 3, 4]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.equal(counts.size, 24);
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    assert.ok(chi < 49.7, `chi-square ${chi}, 23 degrees of freedom`);
  });
});
