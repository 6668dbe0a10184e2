import { createRandom } from '../random';
import { KeptRows, newRow, type RowStore } from './kept-rows';
import { finalise, jaccard } from './minhash';
import { RepeatedKeys } from './repeated-keys';
import type { HeldDigests } from './rule';

const HASHES = 126;

/**
 * Rows of a band, and bands, for a threshold. A pair of Jaccard similarity s shares a band with probability 1 - (1 - s^rows)^bands
 * (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4): 0.998 at 0.8 and 0.94 at 0.7 with rows of 6, 0.99 at 0.6 with rows
 * of 4, 0.996 at 0.5 with rows of 3. Shorter rows propose more pairs that are none, which costs time.
 */
export function bandsFor(threshold: number): { readonly rows: number; readonly bands: number } {
  const rows = threshold >= 0.7 ? 6 : threshold >= 0.6 ? 4 : 3;
  return { rows, bands: Math.floor(HASHES / rows) };
}

/** So many shingle hashes (64 MiB) and sets are kept at most; later examples are compared with the ones kept, and not kept themselves. */
const KEPT_HASHES = 16 * 1024 * 1024;
const KEPT_SETS = 100_000;
const INITIAL_SLOTS = 1 << 15;
/** Share of its slots from which a table grows. */
const FULL = 0.7;

const random = createRandom(80);
const FACTORS = Int32Array.from({ length: HASHES }, () => random.nextUint32() | 1);
const OFFSETS = Int32Array.from({ length: HASHES }, () => random.nextUint32() | 0);

/** The hash of each band of a MinHash signature (Broder 1997), and after them the ascending set that was signed: an editor holds many. */
export type SignedSet = Uint32Array;

const signature = new Uint32Array(HASHES);
/** Hash functions that go over a set together: their least values stay in registers. */
const TOGETHER = 6;
/** Added, it makes the order of signed numbers that of unsigned ones, and takes itself away again. */
const SIGN = 0x80000000 | 0;

/**
 * @param set ascending and not empty
 * @param threshold that of the NearSets which will compare it
 */
export function signed(set: Uint32Array, threshold: number): SignedSet {
  const { rows, bands } = bandsFor(threshold);
  for (let h = 0; h < HASHES; h += TOGETHER) sign(set, h);
  const held = newRow(bands + set.length);
  for (let band = 0; band < bands; band++) {
    let key = ~band;
    for (let row = band * rows; row < (band + 1) * rows; row++) {
      key = Math.imul(key + signature[row]!, 0x85ebca6b) ^ (key >>> 15);
    }
    held[band] = finalise(key);
  }
  held.set(set, bands);
  return held;
}

/** The least values of the hash functions from `h` on, TOGETHER of them. */
function sign(set: Uint32Array, h: number): void {
  const f0 = FACTORS[h]!;
  const f1 = FACTORS[h + 1]!;
  const f2 = FACTORS[h + 2]!;
  const f3 = FACTORS[h + 3]!;
  const f4 = FACTORS[h + 4]!;
  const f5 = FACTORS[h + 5]!;
  const o0 = OFFSETS[h]! ^ SIGN;
  const o1 = OFFSETS[h + 1]! ^ SIGN;
  const o2 = OFFSETS[h + 2]! ^ SIGN;
  const o3 = OFFSETS[h + 3]! ^ SIGN;
  const o4 = OFFSETS[h + 4]! ^ SIGN;
  const o5 = OFFSETS[h + 5]! ^ SIGN;
  let l0 = 0x7fffffff;
  let l1 = 0x7fffffff;
  let l2 = 0x7fffffff;
  let l3 = 0x7fffffff;
  let l4 = 0x7fffffff;
  let l5 = 0x7fffffff;
  for (let i = 0; i < set.length; i++) {
    const value = set[i]! | 0;
    const v0 = (Math.imul(value, f0) + o0) | 0;
    const v1 = (Math.imul(value, f1) + o1) | 0;
    const v2 = (Math.imul(value, f2) + o2) | 0;
    const v3 = (Math.imul(value, f3) + o3) | 0;
    const v4 = (Math.imul(value, f4) + o4) | 0;
    const v5 = (Math.imul(value, f5) + o5) | 0;
    if (v0 < l0) l0 = v0;
    if (v1 < l1) l1 = v1;
    if (v2 < l2) l2 = v2;
    if (v3 < l3) l3 = v3;
    if (v4 < l4) l4 = v4;
    if (v5 < l5) l5 = v5;
  }
  signature[h] = l0 ^ SIGN;
  signature[h + 1] = l1 ^ SIGN;
  signature[h + 2] = l2 ^ SIGN;
  signature[h + 3] = l3 ^ SIGN;
  signature[h + 4] = l4 ^ SIGN;
  signature[h + 5] = l5 ^ SIGN;
}

/** An earlier set that is near, by its number from 0 in the order of `put`. */
export interface NearTwin {
  readonly twin: number;
  readonly similarity: number;
}

/**
 * Finds, for each signed set, an earlier one at least `threshold` alike: shared bands propose, the sets themselves decide, so that
 * every pair it names is one. One in 500 pairs at similarity 0.8 is missed.
 */
export class NearSets {
  /** Two words a slot: the hash of a band, and 1 + the number of the set that had it last (0 where the slot is free). */
  private table: Uint32Array;
  private slots = INITIAL_SLOTS;
  private used = 0;
  private readonly sets: RowStore;
  /** Where the set itself begins in a kept row: a copy does without the hashes of its bands, which are in the table. */
  private readonly from: number;
  /** How many sets are kept. */
  size = 0;
  private kept = 0;
  private full = false;
  private readonly bands: number;
  /** Bands that several sets may share: the others propose nothing. */
  private readonly repeated: RepeatedKeys | undefined;

  /**
   * @param threshold Jaccard similarity, from LEAST_THRESHOLD to 1, from which two sets are near
   * @param held all sets there will be, where the caller holds them; otherwise they are copied
   */
  constructor(
    private readonly threshold: number,
    held?: HeldDigests<SignedSet>,
  ) {
    this.bands = bandsFor(threshold).bands;
    this.sets = held === undefined ? new KeptRows() : [];
    this.from = held === undefined ? 0 : this.bands;
    this.table = new Uint32Array(this.slots * 2);
    if (held !== undefined) this.repeated = this.repeatedBands(held);
  }

  private repeatedBands(held: HeldDigests<SignedSet>): RepeatedKeys {
    const { bands } = this;
    const repeated = new RepeatedKeys(held.size * bands);
    held.each((set) => {
      for (let band = 0; band < bands; band++) repeated.add(set[band]!);
    });
    return repeated;
  }

  /** Adds a set; returns the most alike earlier one kept if it is near. */
  put(set: SignedSet): NearTwin | undefined {
    const proposed: number[] = [];
    return this.keep(set, proposed) ? this.best(set, proposed) : this.find(set);
  }

  /** Adds a set without a look at earlier ones; false where there is no room left. */
  add(set: SignedSet): boolean {
    return this.keep(set, []);
  }

  /** @param proposed gets the earlier sets that share a band */
  private keep(set: SignedSet, proposed: number[]): boolean {
    const { bands, sets, repeated } = this;
    this.full ||= this.kept + set.length > KEPT_HASHES || this.size === KEPT_SETS;
    if (this.full) return false;
    if (this.used + bands > this.slots * FULL) this.grow();
    const { table } = this;
    const number = (this.size = sets.push(this.from === 0 ? set.subarray(bands) : set));
    this.kept += set.length;
    for (let band = 0; band < bands; band++) {
      const key = set[band]!;
      if (repeated?.mayRepeat(key) === false) continue;
      const at = this.slotOf(key);
      const other = table[at + 1]!;
      if (other === 0) this.used++;
      else if (other !== number && !proposed.includes(other - 1)) proposed.push(other - 1);
      table[at] = key;
      table[at + 1] = number;
    }
    return true;
  }

  /** As put, without adding the set. */
  find(set: SignedSet): NearTwin | undefined {
    const proposed = new Set<number>();
    for (let band = 0; band < this.bands; band++) {
      const other = this.table[this.slotOf(set[band]!) + 1]!;
      if (other !== 0) proposed.add(other - 1);
    }
    return this.best(set, proposed);
  }

  private best(set: SignedSet, proposed: Iterable<number>): NearTwin | undefined {
    let best: NearTwin | undefined;
    const { bands, from } = this;
    for (const twin of proposed) {
      const theirs = this.sets.at(twin)!;
      const sizes = [set.length - bands, theirs.length - from] as const;
      if (!(Math.min(...sizes) / Math.max(...sizes) >= this.threshold)) continue;
      const similarity = jaccard(set, theirs, bands, from);
      if (similarity >= this.threshold && similarity > (best?.similarity ?? 0)) best = { twin, similarity };
    }
    return best;
  }

  private grow(): void {
    const old = this.table;
    this.slots *= 2;
    this.table = new Uint32Array(this.slots * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      const at = this.slotOf(old[i]!);
      this.table[at] = old[i]!;
      this.table[at + 1] = old[i + 1]!;
    }
  }

  /** Index in the table of the slot that holds the key, or of the free one where it belongs. */
  private slotOf(key: number): number {
    let slot = key & (this.slots - 1);
    while (this.table[slot * 2 + 1] !== 0 && this.table[slot * 2] !== key) slot = (slot + 1) & (this.slots - 1);
    return slot * 2;
  }
}
