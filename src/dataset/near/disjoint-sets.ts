/** Numbers from 0 on, each in a set of its own until sets are joined (Tarjan 1975, with path halving). */
export class DisjointSets {
  private readonly parents: Int32Array;

  constructor(size: number) {
    this.parents = Int32Array.from({ length: size }, (_, i) => i);
  }

  /** The number that stands for the whole set: its least. */
  find(number: number): number {
    const { parents } = this;
    let at = number;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  }

  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)];
    this.parents[Math.max(first, second)] = Math.min(first, second);
  }

  /** The sets in the order of their least numbers, each ascending. */
  sets(): number[][] {
    const byLeast = new Map<number, number[]>();
    for (let number = 0; number < this.parents.length; number++) {
      const least = this.find(number);
      const set = byLeast.get(least);
      if (set === undefined) byLeast.set(least, [number]);
      else set.push(number);
    }
    return [...byLeast.values()];
  }
}
