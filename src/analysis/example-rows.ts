import type { TokenLength } from '../text/token-lengths';
import { EXAMPLE_WIDTH } from './protocol';

/** The table of `AnalysisResult.examples` while it grows. */
export class ExampleRows {
  private readonly table: Int32Array;
  count = 0;

  /** @param most so many rows there will be at most */
  constructor(most: number) {
    this.table = new Int32Array(most * EXAMPLE_WIDTH);
  }

  /** `length` undefined: not counted yet, all its numbers are -1. */
  push(offset: number, endOffset: number, length: TokenLength | undefined): void {
    const at = this.count++ * EXAMPLE_WIDTH;
    this.table[at] = offset;
    this.table[at + 1] = endOffset;
    this.table[at + 2] = length?.tokens ?? -1;
    this.table[at + 3] = length?.trained ?? -1;
    this.table[at + 4] = length?.truncated ?? -1;
    this.table[at + 5] = length?.answers ?? -1;
    this.table[at + 6] = length?.trainedAnswers ?? -1;
  }

  /** A copy of the rows so far, to be sent. */
  sealed(): Int32Array {
    return this.table.slice(0, this.count * EXAMPLE_WIDTH);
  }
}
