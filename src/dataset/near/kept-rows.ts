/** Words of a block; a longer row has a block of its own. */
const BLOCK = 1 << 16;

/** Where rows are put: an array for whoever holds them anyway. */
export interface RowStore {
  push(row: Uint32Array): number;
  at(index: number): Uint32Array | undefined;
}

/** Copies of rows in few large blocks: around each of 100,000 small arrays the engine keeps as much again. */
export class KeptRows implements RowStore {
  private readonly blocks: Uint32Array[] = [];
  private used = BLOCK;
  /** Of each row: its block, its place in it, and its length. */
  private index = new Uint32Array(3 * 1024);
  private count = 0;

  push(row: Uint32Array): number {
    if (this.used + row.length > BLOCK || this.blocks.length === 0) {
      this.blocks.push(new Uint32Array(Math.max(BLOCK, row.length)));
      this.used = 0;
    }
    const at = this.count * 3;
    if (at === this.index.length) {
      const larger = new Uint32Array(at * 2);
      larger.set(this.index);
      this.index = larger;
    }
    this.index[at] = this.blocks.length - 1;
    this.index[at + 1] = this.used;
    this.index[at + 2] = row.length;
    this.blocks.at(-1)!.set(row, this.used);
    this.used += row.length;
    return ++this.count;
  }

  at(index: number): Uint32Array | undefined {
    if (index >= this.count) return undefined;
    const start = this.index[index * 3 + 1]!;
    return this.blocks[this.index[index * 3]!]!.subarray(start, start + this.index[index * 3 + 2]!);
  }
}

let shared = new Uint32Array(0);
let sharedUsed = 0;

/**
 * Room for a row, zeros, beside the rows made before it: what is made in file order is read in file order, and the engine keeps one buffer
 * for hundreds. The block goes when the last of its rows does.
 */
export function newRow(length: number): Uint32Array {
  if (sharedUsed + length > shared.length) {
    shared = new Uint32Array(Math.max(BLOCK, length));
    sharedUsed = 0;
  }
  const row = shared.subarray(sharedUsed, sharedUsed + length);
  sharedUsed += length;
  return row;
}
