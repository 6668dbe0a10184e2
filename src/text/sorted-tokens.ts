/** The tokens of a vocabulary in order, so that those that begin at a place of a text are found without a tree of them. */
export class SortedTokens {
  private readonly texts: readonly string[];
  private readonly ids: Int32Array;
  /** Where the tokens with each first UTF-16 unit begin. */
  private readonly starts = new Int32Array(0x10001);

  constructor(vocab: ReadonlyMap<string, number>) {
    // An empty token would begin everywhere and lead nowhere.
    const sorted = [...vocab].filter(([text]) => text !== '').sort(([a], [b]) => (a < b ? -1 : 1));
    this.texts = sorted.map(([text]) => text);
    this.ids = Int32Array.from(sorted, ([, id]) => id);
    for (const text of this.texts) this.starts[text.charCodeAt(0) + 1]!++;
    for (let unit = 0; unit < 0x10000; unit++) this.starts[unit + 1]! += this.starts[unit]!;
  }

  /** The tokens that begin at `at`, shortest first. */
  visit(text: string, at: number, found: (end: number, id: number) => void): void {
    if (at >= text.length) return;
    const first = text.charCodeAt(at);
    let low = this.starts[first]!;
    let high = this.starts[first + 1]!;
    for (let depth = 1; low < high; depth++) {
      if (this.texts[low]!.length === depth) {
        found(at + depth, this.ids[low]!);
        low++;
      }
      if (at + depth >= text.length) return;
      const unit = text.charCodeAt(at + depth);
      low = this.from(low, high, depth, unit);
      high = this.from(low, high, depth, unit + 1);
    }
  }

  /** The first of the tokens from `low` to `high`, all longer than `depth`, whose unit there is not below `unit`. */
  private from(low: number, high: number, depth: number, unit: number): number {
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.texts[middle]!.charCodeAt(depth) < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
