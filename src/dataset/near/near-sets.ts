import { createRandom } from '../../base/random';
import { KeptRows, newRow, type RowStore } from './kept-rows';
import { finalise, jaccard } from './minhash';

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

/** The hash of each band of a MinHash signature, and after them the ascending set that was signed: an editor holds many. */
export type SignedSet = Uint32Array;

const signature = new Uint32Array(HASHES);
/** In which round each place of the signature was filled; NOT_YET where it is free. */
const filledIn = new Uint16Array(HASHES);
const NOT_YET = 0xffff;

/**
 * @param set ascending and not empty
 * @param threshold that of the NearSets which will compare it
 */
export function signed(set: Uint32Array, threshold: number): SignedSet {
  const { rows, bands } = bandsFor(threshold);
  sign(set);
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

/**
 * A MinHash signature by fast similarity sketching (Dahlgaard, Knudsen, Thorup 2017): in each round every number falls into one place, the
 * least in a place stays, and a place that an earlier round filled is done. Two sets agree in a place as often as they are alike, as
 * with a hash function for each place, but all places are filled after a few rounds: a tenth of the time for a hundred numbers. The
 * last HASHES rounds have one place each, so that none stays free.
 */
function sign(set: Uint32Array): void {
  filledIn.fill(NOT_YET);
  let free = HASHES;
  for (let round = 0; free > 0; round++) {
    const factor = FACTORS[round % HASHES]!;
    const offset = OFFSETS[round % HASHES]! ^ round;
    for (let i = 0; i < set.length; i++) {
      let hash = Math.imul(set[i]! ^ offset, factor);
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
      hash = (hash ^ (hash >>> 13)) >>> 0;
      const place = round < HASHES ? Math.imul(hash >>> 16, HASHES) >>> 16 : round - HASHES;
      const filled = filledIn[place]!;
      if (filled === NOT_YET) {
        filledIn[place] = round;
        signature[place] = hash;
        free--;
      } else if (filled === round && hash < signature[place]!) signature[place] = hash;
    }
  }
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

  /**
   * @param threshold Jaccard similarity, from LEAST_THRESHOLD to 1, from which two sets are near
   * @param held the caller holds the sets, which otherwise are copied
   */
  constructor(
    private readonly threshold: number,
    held = false,
  ) {
    this.bands = bandsFor(threshold).bands;
    this.sets = held ? [] : new KeptRows();
    this.from = held ? this.bands : 0;
    this.table = new Uint32Array(this.slots * 2);
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
    const { bands, sets } = this;
    this.full ||= this.kept + set.length > KEPT_HASHES || this.size === KEPT_SETS;
    if (this.full) return false;
    if (this.used + bands > this.slots * FULL) this.grow();
    const { table } = this;
    const number = (this.size = sets.push(this.from === 0 ? set.subarray(bands) : set));
    this.kept += set.length;
    for (let band = 0; band < bands; band++) {
      const key = set[band]!;
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
