import type { TokenLength } from '../text/token-lengths';
import { EXAMPLE_WIDTH } from './protocol';

/** The table of `AnalysisResult.examples` while it grows. */
export class ExampleRows {
  private table = new Int32Array(1024 * EXAMPLE_WIDTH);
  count = 0;

  /** `length` undefined: not counted yet, all its numbers are -1. */
  push(offset: number, endOffset: number, length: TokenLength | undefined): void {
    if ((this.count + 1) * EXAMPLE_WIDTH > this.table.length) {
      const larger = new Int32Array(this.table.length * 2);
      larger.set(this.table);
      this.table = larger;
    }
    this.table[this.count * EXAMPLE_WIDTH] = offset;
    this.table[this.count * EXAMPLE_WIDTH + 1] = endOffset;
    this.setLength(this.count++, length);
  }

  setLength(index: number, length: TokenLength | undefined): void {
    const at = index * EXAMPLE_WIDTH + 2;
    this.table[at] = length?.tokens ?? -1;
    this.table[at + 1] = length?.trained ?? -1;
    this.table[at + 2] = length?.truncated ?? -1;
    this.table[at + 3] = length?.answers ?? -1;
    this.table[at + 4] = length?.trainedAnswers ?? -1;
  }

  /** A copy of the rows so far, to be sent. */
  sealed(): Int32Array {
    return this.table.slice(0, this.count * EXAMPLE_WIDTH);
  }
}
