import { normaliseText } from '../normalise';

const ASCII = /^[\0-\x7f]*$/;
const INITIAL_SLOTS = 1024;

/**
 * Where texts were first seen, by a 64-bit hash of their normalised form: 32 bytes or less an entry, so that millions fit. Two
 * different texts among two million share a hash with a probability of about 1e-7.
 */
export class HashedPlaces {
  private slots = INITIAL_SLOTS;
  private used = 0;
  /** Four words a slot: hash high, hash low, line (0 where the slot is free), column. */
  private table = new Uint32Array(INITIAL_SLOTS * 4);
  private high = 0;
  private low = 0;

  /** Remembers the place of the texts taken together; where they were seen before, returns that place instead. */
  put(texts: readonly string[], line: number, column: number): { line: number; column: number } | undefined {
    this.high = 0x9747b28c | 0;
    this.low = 0x3c6ef372;
    for (const text of texts) this.mix(text);
    const high = finalise(this.high ^ (this.low >>> 3));
    const low = finalise(this.low ^ (this.high << 5));
    const { table } = this;
    const at = this.slotOf(high, low);
    if (table[at + 2] !== 0) return { line: table[at + 2]!, column: table[at + 3]! };
    table.set([high, low, line, column], at);
    this.used++;
    if (this.used * 2 > this.slots) this.grow();
    return undefined;
  }

  /** Adds a text's normalised form (normaliseText, spelt out for ASCII, where no copy is needed) to the hash. */
  private mix(text: string): void {
    const ascii = ASCII.test(text);
    const source = ascii ? text : normaliseText(text);
    let { high, low } = this;
    let space = true;
    let pending = false;
    for (let i = 0; i < source.length; i++) {
      let c = source.charCodeAt(i);
      if (c === 32 || (c >= 9 && c <= 13)) {
        if (!space) pending = true;
        space = true;
        continue;
      }
      if (pending) {
        high = Math.imul(high ^ 32, 0x01000193);
        low = Math.imul(low + 32, 0x85ebca6b) ^ (low >>> 15);
        pending = false;
      }
      space = false;
      if (c >= 65 && c <= 90) c += 32;
      high = Math.imul(high ^ c, 0x01000193);
      low = Math.imul(low + c, 0x85ebca6b) ^ (low >>> 15);
    }
    // A separator no text holds, so that ["ab", "c"] and ["a", "bc"] differ.
    this.high = Math.imul(high ^ 0x1ffff, 0x01000193);
    this.low = Math.imul(low + 0x1ffff, 0x85ebca6b) ^ (low >>> 15);
  }

  /** Index in the table of the slot that holds the hash, or of the free one where it belongs. */
  private slotOf(high: number, low: number): number {
    const { table, slots } = this;
    let slot = low & (slots - 1);
    while (table[slot * 4 + 2] !== 0 && (table[slot * 4] !== high || table[slot * 4 + 1] !== low)) {
      slot = (slot + 1) & (slots - 1);
    }
    return slot * 4;
  }

  private grow(): void {
    const old = this.table;
    this.slots *= 2;
    this.table = new Uint32Array(this.slots * 4);
    for (let at = 0; at < old.length; at += 4) {
      if (old[at + 2] !== 0) this.table.set(old.subarray(at, at + 4), this.slotOf(old[at]!, old[at + 1]!));
    }
  }
}

/** MurmurHash3's 32-bit finaliser (Appleby 2008), as an unsigned number. */
function finalise(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
