import { createRandom } from '../random';

/**
 * Rows of a band. A pair of Jaccard similarity s shares a band with probability 1 - (1 - s^ROWS)^BANDS: 0.998 at 0.8, 0.28 at 0.5
 * (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4).
 */
const ROWS = 6;
const BANDS = 21;
const HASHES = ROWS * BANDS;
/** So many shingle hashes (64 MiB) and sets are kept at most; later examples are compared with the ones kept, and not kept themselves. */
const KEPT_HASHES = 16 * 1024 * 1024;
const KEPT_SETS = 100_000;
const INITIAL_SLOTS = 1 << 15;

const random = createRandom(80);
const FACTORS = Int32Array.from({ length: HASHES }, () => random.nextUint32() | 1);
const OFFSETS = Int32Array.from({ length: HASHES }, () => random.nextUint32() | 0);

/** Hashes of the words of a text: lower case, runs of letters and digits; an ideograph is a word of its own. */
export function wordHashes(text: string): number[] {
  const words: number[] = [];
  const lower = text.toLowerCase();
  let hash = 0;
  let inside = false;
  const close = (): void => {
    if (inside) words.push(finalise(hash));
    inside = false;
    hash = 0;
  };
  for (let i = 0; i < lower.length; i++) {
    const c = lower.charCodeAt(i);
    const alone = c >= 0x3040 && c <= 0x9fff;
    const word =
      (c >= 97 && c <= 122) ||
      (c >= 48 && c <= 57) ||
      (c >= 0xc0 && (c < 0x2000 || c > 0x206f) && (c < 0x3000 || c > 0x303f));
    if (!word || alone) close();
    if (!word) continue;
    hash = Math.imul(hash ^ c, 0x01000193) + 0x9e3779b9;
    inside = true;
    if (alone) close();
  }
  close();
  return words;
}

/** The set of word bigrams of the texts as ascending, distinct 32-bit hashes. A bigram never crosses from text to text. */
export function bigramSet(texts: readonly string[]): Uint32Array {
  const found: number[] = [];
  for (const text of texts) {
    const words = wordHashes(text);
    for (let i = 1; i < words.length; i++) {
      found.push(finalise(Math.imul(words[i - 1]!, 0x85ebca6b) ^ words[i]!));
    }
  }
  return ascendingSet(Uint32Array.from(found));
}

/** The distinct numbers in ascending order; `values` is sorted in place. */
export function ascendingSet(values: Uint32Array): Uint32Array {
  values.sort();
  let length = 0;
  for (let i = 0; i < values.length; i++) if (i === 0 || values[i] !== values[i - 1]) values[length++] = values[i]!;
  return values.slice(0, length);
}

/** Size of the intersection over size of the union of two ascending sets; 0 where both are empty. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return common === 0 ? 0 : common / (a.length + b.length - common);
}

/**
 * Finds, for each set of shingle hashes, an earlier set at least `threshold` alike: MinHash signatures cut into bands propose
 * (Broder 1997), the sets themselves decide, so that every pair it names is one. One in 500 pairs at similarity 0.8 is missed.
 */
export class NearSets {
  /** Two words a slot: the hash of a band, and 1 + the number of the set that had it last (0 where the slot is free). */
  private table = new Uint32Array(INITIAL_SLOTS * 2);
  private slots = INITIAL_SLOTS;
  private used = 0;
  private readonly sets: Uint32Array[] = [];
  private kept = 0;
  private readonly signature = new Uint32Array(HASHES);

  /** @param threshold Jaccard similarity in (0, 1] from which two sets are near */
  constructor(private readonly threshold: number) {}

  /** Adds a set; returns the number of the most alike earlier one kept (counted from 0) if it is near. */
  put(set: Uint32Array): { twin: number; similarity: number } | undefined {
    const keys = this.bandKeys(set);
    let best: { twin: number; similarity: number } | undefined;
    const tried = new Set<number>();
    for (const key of keys) {
      const other = this.table[this.slotOf(key) + 1]! - 1;
      if (other < 0 || tried.has(other)) continue;
      tried.add(other);
      const theirs = this.sets[other]!;
      const bound = Math.min(set.length, theirs.length) / Math.max(set.length, theirs.length);
      if (!(bound >= this.threshold)) continue;
      const similarity = jaccard(set, theirs);
      if (similarity >= this.threshold && similarity > (best?.similarity ?? 0)) best = { twin: other, similarity };
    }
    if (this.kept + set.length <= KEPT_HASHES && this.sets.length < KEPT_SETS) {
      this.kept += set.length;
      this.sets.push(set);
      for (const key of keys) this.remember(key, this.sets.length);
    }
    return best;
  }

  private remember(key: number, set: number): void {
    const at = this.slotOf(key);
    if (this.table[at + 1] === 0) this.used++;
    this.table[at] = key;
    this.table[at + 1] = set;
    if (this.used * 2 <= this.slots) return;
    const old = this.table;
    this.slots *= 2;
    this.table = new Uint32Array(this.slots * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== 0) this.table.set(old.subarray(i, i + 2), this.slotOf(old[i]!));
    }
  }

  /** Index in the table of the slot that holds the key, or of the free one where it belongs. */
  private slotOf(key: number): number {
    let slot = key & (this.slots - 1);
    while (this.table[slot * 2 + 1] !== 0 && this.table[slot * 2] !== key) slot = (slot + 1) & (this.slots - 1);
    return slot * 2;
  }

  private bandKeys(set: Uint32Array): number[] {
    if (set.length === 0) return [];
    const { signature } = this;
    for (let h = 0; h < HASHES; h++) {
      const factor = FACTORS[h]!;
      const offset = OFFSETS[h]!;
      let least = 0xffffffff;
      for (let i = 0; i < set.length; i++) {
        const value = (Math.imul(set[i]!, factor) + offset) >>> 0;
        if (value < least) least = value;
      }
      signature[h] = least;
    }
    return Array.from({ length: BANDS }, (_, band) => {
      let key = ~band;
      for (let row = band * ROWS; row < (band + 1) * ROWS; row++) {
        key = Math.imul(key + signature[row]!, 0x85ebca6b) ^ (key >>> 15);
      }
      return finalise(key);
    });
  }
}

/** MurmurHash3's 32-bit finaliser (Appleby 2008), as an unsigned number. */
export function finalise(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A hash of all that is not white space, in lower case: texts that are the same but for case and white space share it. */
export function letterHash(texts: readonly string[]): number {
  let hash = 0x9747b28c;
  for (const text of texts) {
    const lower = text.toLowerCase();
    for (let i = 0; i < lower.length; i++) {
      const c = lower.charCodeAt(i);
      if (c > 32 && c !== 0xa0) hash = Math.imul(hash ^ c, 0x01000193) ^ (hash >>> 15);
    }
    hash = Math.imul(hash ^ 0x1ffff, 0x01000193);
  }
  return finalise(hash);
}
