/**
 * Merges of a BPE model: (left id, right id) to (rank, merged id). Open addressing in typed arrays: a vocabulary of
 * 128,000 has 280,000 merges, and a Map of string keys would cost 100 MB and a second.
 */
export class MergeTable {
  private readonly mask: number;
  private readonly lefts: Int32Array;
  private readonly rights: Int32Array;
  private readonly ranks: Int32Array;
  private readonly results: Int32Array;

  constructor(capacity: number) {
    let size = 16;
    while (size < capacity * 2) size *= 2;
    this.mask = size - 1;
    this.lefts = new Int32Array(size).fill(-1);
    this.rights = new Int32Array(size);
    this.ranks = new Int32Array(size);
    this.results = new Int32Array(size);
  }

  /** A pair that is given twice keeps its last rank, as in the tokenizers library. */
  set(left: number, right: number, rank: number, result: number): void {
    let slot = this.home(left, right);
    while (this.lefts[slot] !== -1 && !(this.lefts[slot] === left && this.rights[slot] === right)) {
      slot = (slot + 1) & this.mask;
    }
    this.lefts[slot] = left;
    this.rights[slot] = right;
    this.ranks[slot] = rank;
    this.results[slot] = result;
  }

  /** The slot of a pair, for `rank` and `result`; -1 where the pair does not merge. */
  find(left: number, right: number): number {
    let slot = this.home(left, right);
    for (;;) {
      const found = this.lefts[slot]!;
      if (found === -1) return -1;
      if (found === left && this.rights[slot] === right) return slot;
      slot = (slot + 1) & this.mask;
    }
  }

  rank(slot: number): number {
    return this.ranks[slot]!;
  }

  result(slot: number): number {
    return this.results[slot]!;
  }

  private home(left: number, right: number): number {
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    return (hash ^ (hash >>> 15)) & this.mask;
  }
}
