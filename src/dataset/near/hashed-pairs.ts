import type { TextHash } from './text-hash';

const INITIAL_SLOTS = 1024;
/** Share of its slots from which the table grows. */
const FULL = 0.7;

/** The two numbers that came first with a text, by its hash: 32 bytes or less an entry, so that millions fit. */
export class HashedPairs {
  private slots = INITIAL_SLOTS;
  private used = 0;
  /** Four words a slot: hash high, hash low, and the two numbers (the first 0 where the slot is free). */
  private table = new Uint32Array(INITIAL_SLOTS * 4);

  /**
   * Remembers the numbers; where the text came before, returns its numbers instead.
   * @param first from 1 up
   */
  put({ high, low }: TextHash, first: number, second: number): readonly [number, number] | undefined {
    const { table } = this;
    const at = this.slotOf(high, low);
    if (table[at + 2] !== 0) return [table[at + 2]!, table[at + 3]!];
    table[at] = high;
    table[at + 1] = low;
    table[at + 2] = first;
    table[at + 3] = second;
    this.used++;
    if (this.used > this.slots * FULL) this.grow();
    return undefined;
  }

  get({ high, low }: TextHash): readonly [number, number] | undefined {
    const at = this.slotOf(high, low);
    return this.table[at + 2] === 0 ? undefined : [this.table[at + 2]!, this.table[at + 3]!];
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
