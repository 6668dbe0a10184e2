import type { MergeTable } from './merge-table';

/** Up to here a scan for the lowest rank is faster than a heap. */
const SHORT = 48;

/**
 * Byte-pair encoding of one pre-token: as long as a neighbouring pair has a merge, the pair of the lowest rank, the
 * leftmost of equals, becomes one symbol. Sennrich 2016, alg. 1. Time n log n, so that a run of millions of characters
 * does not hang. `symbols` is overwritten; the result is its first `n` entries, and `n` is returned.
 */
export function mergeSymbols(symbols: Int32Array, count: number, table: MergeTable): number {
  return count <= SHORT ? mergeByScan(symbols, count, table) : mergeByHeap(symbols, count, table);
}

function mergeByScan(symbols: Int32Array, count: number, table: MergeTable): number {
  const slots = new Int32Array(count);
  for (let i = 0; i + 1 < count; i++) slots[i] = table.find(symbols[i]!, symbols[i + 1]!);
  for (;;) {
    let best = -1;
    let bestRank = Infinity;
    for (let i = 0; i + 1 < count; i++) {
      const slot = slots[i]!;
      if (slot !== -1 && table.rank(slot) < bestRank) {
        bestRank = table.rank(slot);
        best = i;
      }
    }
    if (best === -1) return count;
    symbols[best] = table.result(slots[best]!);
    symbols.copyWithin(best + 1, best + 2, count);
    slots.copyWithin(best + 1, best + 2, count);
    count--;
    if (best > 0) slots[best - 1] = table.find(symbols[best - 1]!, symbols[best]!);
    if (best + 1 < count) slots[best] = table.find(symbols[best]!, symbols[best + 1]!);
  }
}

/** A doubly linked list over the symbols and a heap of (rank, position); entries that no longer hold are skipped. */
function mergeByHeap(symbols: Int32Array, count: number, table: MergeTable): number {
  const next = new Int32Array(count);
  const prev = new Int32Array(count);
  const alive = new Uint8Array(count).fill(1);
  const heap = new MinHeap(count);
  for (let i = 0; i < count; i++) {
    prev[i] = i - 1;
    next[i] = i + 1 < count ? i + 1 : -1;
  }
  const offer = (left: number): void => {
    const right = next[left]!;
    if (right === -1) return;
    const slot = table.find(symbols[left]!, symbols[right]!);
    if (slot !== -1) heap.push(table.rank(slot) * POSITIONS + left);
  };
  for (let i = 0; i + 1 < count; i++) offer(i);
  while (heap.size > 0) {
    const key = heap.pop();
    const rank = Math.floor(key / POSITIONS);
    const left = key - rank * POSITIONS;
    const right = alive[left] === 1 ? next[left]! : -1;
    if (right === -1) continue;
    const slot = table.find(symbols[left]!, symbols[right]!);
    if (slot === -1 || table.rank(slot) !== rank) continue; // one side has changed since
    symbols[left] = table.result(slot);
    alive[right] = 0;
    const after = next[right]!;
    next[left] = after;
    if (after !== -1) prev[after] = left;
    const before = prev[left]!;
    if (before !== -1) offer(before);
    offer(left);
  }
  let out = 0;
  for (let i = 0; i !== -1; i = next[i]!) symbols[out++] = symbols[i]!;
  return out;
}

/** Key = rank * POSITIONS + position: below 2^53 for ranks to 2^21 and 4 billion positions. */
const POSITIONS = 2 ** 32;

class MinHeap {
  size = 0;
  private keys: Float64Array;

  constructor(capacity: number) {
    this.keys = new Float64Array(Math.max(16, capacity));
  }

  push(key: number): void {
    if (this.size === this.keys.length) {
      const larger = new Float64Array(this.keys.length * 2);
      larger.set(this.keys);
      this.keys = larger;
    }
    const keys = this.keys;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      at = parent;
    }
    keys[at] = key;
  }

  pop(): number {
    const keys = this.keys;
    const top = keys[0]!;
    const key = keys[--this.size]!;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      at = child;
    }
    keys[at] = key;
    return top;
  }
}
