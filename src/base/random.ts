/** A seeded source of random numbers. The same seed gives the same numbers on every machine. */
export interface Random {
  /** An integer in [0, 2^32). */
  nextUint32(): number;
  /** A double in [0, 1) with 53 random bits. */
  nextFloat(): number;
  /** An integer in [0, n) without bias; n is an integer in [1, 2^32]. */
  below(n: number): number;
  /** Shuffles in place (Fisher-Yates, Durstenfeld 1964) and returns the array. */
  shuffle<T>(array: T[]): T[];
}

/**
 * xoshiro128** 1.1 (Blackman & Vigna 2018, period 2^128 - 1). Its four words of state are the first four outputs of splitmix32
 * started at the seed: counter += 0x9e3779b9, mixed by MurmurHash3's finaliser variant of Chris Doty-Humphrey and Steele et al.
 * @param seed an integer; its low 32 bits start splitmix32 and the rest is xored into the third word, so that each has its own sequence
 */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be an integer, not ${seed}`);
  let counter = seed >>> 0;
  const splitmix32 = (): number => {
    counter = (counter + 0x9e3779b9) | 0;
    let z = counter;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = splitmix32();
  let b = splitmix32();
  let c = splitmix32() ^ Math.floor(seed / 2 ** 32);
  let d = splitmix32();

  const nextUint32 = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const nextFloat = (): number => {
    const high = nextUint32() >>> 5;
    const low = nextUint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
  const below = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`below(${n}): n must be in [1, 2^32]`);
    // Numbers at or above the largest multiple of n are drawn again, so that each remainder is equally likely.
    const limit = 2 ** 32 - (2 ** 32 % n);
    let value = nextUint32();
    while (value >= limit) value = nextUint32();
    return value % n;
  };
  const shuffle = <T>(array: T[]): T[] => {
    for (let i = array.length - 1; i > 0; i--) {
      const j = below(i + 1);
      const held = array[i]!;
      array[i] = array[j]!;
      array[j] = held;
    }
    return array;
  };
  return { nextUint32, nextFloat, below, shuffle };
}

/** Of the standard normal distribution (Box & Muller 1958). @param random uniform in [0, 1) */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
