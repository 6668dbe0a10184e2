/** Bits of each table for a key. */
const BITS_PER_KEY = 4;

/**
 * Tells which of many keys may come more than once, from two tables of bits that fit a processor's cache: most keys come once, and a look
 * at them here saves one in a hash table, which is in memory.
 */
export class RepeatedKeys {
  private readonly mask: number;
  private readonly seen: Uint32Array;
  private readonly again: Uint32Array;
  private added = 0;

  /** @param expected how many keys there will be, as many as they are */
  constructor(expected: number) {
    let bits = 1024;
    while (bits < expected * BITS_PER_KEY) bits *= 2;
    this.mask = bits - 1;
    this.seen = new Uint32Array(bits / 32);
    this.again = new Uint32Array(bits / 32);
  }

  /** Whether so many keys were added that many seem to repeat which do not. */
  get crowded(): boolean {
    return this.added * (BITS_PER_KEY / 2) > this.mask;
  }

  /** @param key a hash whose low bits are even */
  add(key: number): void {
    this.added++;
    const at = (key & this.mask) >>> 5;
    const bit = 1 << (key & 31);
    const before = this.seen[at]!;
    if ((before & bit) === 0) this.seen[at] = before | bit;
    else this.again[at]! |= bit;
  }

  /** False: the key was added once at most. */
  mayRepeat(key: number): boolean {
    return (this.again[(key & this.mask) >>> 5]! & (1 << (key & 31))) !== 0;
  }
}
