import { droppedBits, dropoutThreshold } from '../../kernel-numbers';
import { floatsOf } from '../host-memory';
import type { Kernel } from '../kernel';

const WORDS = 2 ** 32;

export const dropout: Kernel<'dropout'> = (_on, y, x, { p, seed, offset }, beta = 0) => {
  const [threshold, factor] = [dropoutThreshold(p), Math.fround(1 / (1 - p))];
  const [sums, values] = [floatsOf(y), floatsOf(x)];
  eachWord(values.length, seed, offset, (i, word) => {
    const kept = word >= threshold ? Math.fround(values[i]! * factor) : 0;
    sums[i] = beta === 0 ? kept : sums[i]! + kept;
  });
};

export const addNoise: Kernel<'addNoise'> = (_on, x, { magnitude, seed, offset }) => {
  const [values, most] = [floatsOf(x), Math.fround(magnitude)];
  eachWord(values.length, seed, offset, (i, word) => {
    values[i]! += Math.fround(most * (((word >>> 9) + 0.5) / 2 ** 22 - 1));
  });
};

export const dither: Kernel<'dither'> = (_on, x, type, { seed, offset }) => {
  const values = floatsOf(x);
  const [bits, dropped] = [new Uint32Array(values.buffer, values.byteOffset, values.length), droppedBits(type)];
  eachWord(values.length, seed, offset, (i, word) => {
    bits[i] = (bits[i]! + (word & dropped)) & ~dropped;
  });
};

/**
 * Philox4x32-10 (Salmon et al. 2011): for element e = offset + i, word e % 4 of the block with counter e / 4 and the seed as key.
 */
function eachWord(count: number, seed: number, offset: number, use: (i: number, word: number) => void): void {
  const words = new Uint32Array(4);
  for (let i = 0; i < count; i++) {
    const element = offset + i;
    if (i === 0 || element % 4 === 0) philox(words, Math.floor(element / 4), seed);
    use(i, words[element % 4]!);
  }
}

function philox(words: Uint32Array, counter: number, seed: number): void {
  let [c0, c1, c2, c3] = [counter % WORDS, Math.floor(counter / WORDS), 0, 0];
  let [k0, k1] = [seed % WORDS, Math.floor(seed / WORDS)];
  for (let round = 0; round < 10; round++) {
    const [a, b] = [highWord(c0, 0xd2511f53), highWord(c2, 0xcd9e8d57)];
    [c0, c1, c2, c3] = [
      (b ^ c1 ^ k0) >>> 0,
      Math.imul(c2, 0xcd9e8d57) >>> 0,
      (a ^ c3 ^ k1) >>> 0,
      Math.imul(c0, 0xd2511f53) >>> 0,
    ];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/** The upper 32 bits of the product of two words. */
function highWord(a: number, b: number): number {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return a1 * b1 + (middle - (middle % 65536)) / 65536 + Math.floor(((middle % 65536) + a0 * b1) / 65536);
}
