import { nthSmallest } from '../../base/order-statistic';
import { crossRule, openingOf } from '../rule';

/** Fewer examples have no usual length. */
const FEWEST_EXAMPLES = 30;
/** Modified z-score (Iglewicz, Hoaglin 1993; they take 3.5 for normal data, and lengths have longer tails). */
const FAR = 6;
const TO_SIGMA = 0.6745;
/** Sets of answers of nearly one length would call every other one far: a factor of 1.2 is the least spread. */
const LEAST_SPREAD = Math.log(1.2);
/** Numbers of a row: line, column, offset (from its block's), characters. */
const FIELDS = 4;
/** Rows of a block: a table that grew would be there twice while it does. */
const ROWS = 4096;

interface Block {
  /** Of the first row: offsets of a file may need more than 32 bits, those of a block do not. */
  readonly offset: number;
  readonly table: Uint32Array;
}

/** An example far longer or shorter than the rest. */
export const lengthOutlier = crossRule<number>({
  id: 'length-outlier',
  severity: 'info',
  digest: ({ example: { value } }) => value.question.length + value.answer.length,
  start() {
    const blocks: Block[] = [];
    let count = 0;
    let file = '';
    return {
      add(length, at) {
        file = at.file;
        if (count % ROWS === 0) blocks.push({ offset: at.offset, table: new Uint32Array(ROWS * FIELDS) });
        const { offset, table } = blocks.at(-1)!;
        const row = (count++ % ROWS) * FIELDS;
        table[row] = at.line;
        table[row + 1] = at.column;
        table[row + 2] = at.offset - offset;
        table[row + 3] = length;
      },
      finish(report) {
        if (count < FEWEST_EXAMPLES) return;
        const logs = Float64Array.from({ length: count }, (_, i) => {
          const length = blocks[Math.floor(i / ROWS)]!.table[(i % ROWS) * FIELDS + 3]!;
          return Math.log(length + 1);
        });
        const centre = nthSmallest(logs.slice(), count >> 1);
        const spread = Math.max(
          LEAST_SPREAD,
          nthSmallest(
            logs.map((value) => Math.abs(value - centre)),
            count >> 1,
          ),
        );
        const usual = Math.round(Math.exp(centre)).toLocaleString('en-US');
        for (let i = 0; i < count; i++) {
          const score = (TO_SIGMA * (logs[i]! - centre)) / spread;
          if (Math.abs(score) < FAR) continue;
          const { length, ...start } = rowOf(blocks, i);
          report({
            rule: 'length-outlier',
            place: openingOf({ file, ...start }),
            message: `${length.toLocaleString('en-US')} characters, where ${usual} are usual in this file - check that this is one complete example`,
          });
        }
      },
    };
  },
});

function rowOf(blocks: readonly Block[], i: number): { line: number; column: number; offset: number; length: number } {
  const { offset: from, table } = blocks[Math.floor(i / ROWS)]!;
  const at = (i % ROWS) * FIELDS;
  const [line, column, offset, length] = table.subarray(at, at + FIELDS) as unknown as [number, number, number, number];
  return { line, column, offset: from + offset, length };
}
