const INITIAL_SLOTS = 1024;
/** Share of its slots from which the table grows. */
const FULL = 0.7;
/** What a slot's mark says: free, the key is gone, and one more than how often it is there. */
const FREE = 0;
const GONE = 1;
const ONCE = 2;
/** So often it is there, or more often: it is not counted down any more. */
const MANY = 255;

/** How often each of many keys is there, hashes of 32 bits: about ten bytes a key. */
export class SharedKeys {
  private slots = INITIAL_SLOTS;
  private used = 0;
  private keys: Uint32Array;
  private marks: Uint8Array;

  /** @param expected how many there will be, where that is known: a table that grows places every key anew */
  constructor(expected = 0) {
    while (expected > this.slots * FULL) this.slots *= 2;
    this.keys = new Uint32Array(this.slots);
    this.marks = new Uint8Array(this.slots);
  }

  /** @returns whether it was there once before */
  add(key: number): boolean {
    const slot = this.slotOf(key);
    const mark = this.marks[slot]!;
    if (mark === FREE) {
      this.keys[slot] = key;
      this.marks[slot] = ONCE;
      if (++this.used > this.slots * FULL) this.grow();
    } else if (mark < MANY) this.marks[slot] = mark + 1;
    return mark === ONCE;
  }

  /** @param key one that was added */
  remove(key: number): void {
    const slot = this.slotOf(key);
    const mark = this.marks[slot]!;
    if (mark > GONE && mark < MANY) this.marks[slot] = mark - 1;
  }

  /** Whether it is there twice or more often. */
  isShared(key: number): boolean {
    return this.marks[this.slotOf(key)]! > ONCE;
  }

  /** The keys that are gone are left behind. */
  private grow(): void {
    const { keys, marks } = this;
    let there = 0;
    for (const mark of marks) if (mark > GONE) there++;
    while (there > this.slots * (FULL / 2)) this.slots *= 2;
    this.keys = new Uint32Array(this.slots);
    this.marks = new Uint8Array(this.slots);
    this.used = there;
    for (let at = 0; at < keys.length; at++) {
      if (marks[at]! <= GONE) continue;
      const slot = this.slotOf(keys[at]!);
      this.keys[slot] = keys[at]!;
      this.marks[slot] = marks[at]!;
    }
  }

  /** Where the key is, or the free slot where it belongs. */
  private slotOf(key: number): number {
    const { keys, marks } = this;
    const mask = this.slots - 1;
    let slot = key & mask;
    while (marks[slot] !== FREE && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }
}
