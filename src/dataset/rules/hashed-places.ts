/** Blocks whose characters stay as they are under NFC, whatever stands beside them in these blocks, and lower one to one. */
const STABLE: readonly (readonly [number, number])[] = [
  [0x80, 0x12f],
  [0x131, 0x2ff],
  [0x400, 0x482],
  [0x48a, 0x4ff],
  [0x621, 0x64a],
  [0x1e00, 0x1e95],
  [0x1ea0, 0x1eff],
  [0x1680, 0x1680],
  [0x2000, 0x206f],
  [0x20a0, 0x20bf],
  [0x3000, 0x3029],
  [0x4e00, 0x9fff],
  [0xd83c, 0xd83e],
  [0xdc00, 0xdfff],
  [0xfeff, 0xfeff],
];

let lowered: Uint16Array | undefined;

/** Lower case of each stable code unit, a space for white space, 0 for all that need more than this table. */
function lowerTable(): Uint16Array {
  if (lowered !== undefined) return lowered;
  lowered = new Uint16Array(0x10000);
  for (const [first, last] of STABLE) {
    for (let c = first; c <= last; c++) {
      const text = String.fromCharCode(c);
      lowered[c] = /\s/.test(text) ? 32 : text.toLowerCase().charCodeAt(0);
    }
  }
  return lowered;
}

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

  /** Adds a text's normalised form to the hash: normaliseText, spelt out so that most texts need no copy. */
  private mix(text: string): void {
    if (this.mixStable(text, 'as written')) return;
    const composed = text.normalize('NFC');
    if (!this.mixStable(composed, 'composed')) this.mixStable(composed.toLowerCase(), 'lower');
  }

  /** False, with the hash unchanged, where a character needs a form of the text that is not yet given. */
  private mixStable(source: string, form: 'as written' | 'composed' | 'lower'): boolean {
    const lower = lowerTable();
    let { high, low } = this;
    let space = true;
    let pending = false;
    for (let i = 0; i < source.length; i++) {
      let c = source.charCodeAt(i);
      if (c > 127) {
        const small = lower[c]!;
        if (small !== 0) c = small;
        else if (c >= 0x300 && c <= 0x36f ? form === 'as written' : form !== 'lower') return false;
      }
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
    return true;
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
