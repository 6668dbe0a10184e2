import { crossRule } from '../rule';

/** Fewer examples have no usual length. */
const FEWEST_EXAMPLES = 30;
/** Modified z-score (Iglewicz, Hoaglin 1993; they take 3.5 for normal data, and lengths have longer tails). */
const FAR = 6;
const TO_SIGMA = 0.6745;
/** Sets of answers of nearly one length would call every other one far: a factor of 1.2 is the least spread. */
const LEAST_SPREAD = Math.log(1.2);
/** Places are numbers in one row: line, column, endLine, endColumn, offset, endOffset, characters. */
const FIELDS = 7;
/** Rows of a block: a table that grew would be there twice while it does. */
const BLOCK = 4096;

/** An example far longer or shorter than the rest. */
export const lengthOutlier = crossRule<number>({
  id: 'length-outlier',
  severity: 'info',
  digest: ({ example: { value } }) => value.question.length + value.answer.length,
  start() {
    const blocks: Float64Array[] = [];
    let count = 0;
    let file = '';
    return {
      add(length, at) {
        file = at.file;
        if (count % BLOCK === 0) blocks.push(new Float64Array(BLOCK * FIELDS));
        const table = blocks.at(-1)!;
        const row = (count++ % BLOCK) * FIELDS;
        table[row] = at.line;
        table[row + 1] = at.column;
        table[row + 2] = at.endLine;
        table[row + 3] = at.endColumn;
        table[row + 4] = at.offset;
        table[row + 5] = at.endOffset;
        table[row + 6] = length;
      },
      finish(report) {
        if (count < FEWEST_EXAMPLES) return;
        const logs = Float64Array.from({ length: count }, (_, i) => {
          const length = blocks[Math.floor(i / BLOCK)]![(i % BLOCK) * FIELDS + 6]!;
          return Math.log(length + 1);
        });
        const centre = median(logs.slice());
        const spread = Math.max(LEAST_SPREAD, median(logs.map((value) => Math.abs(value - centre))));
        const usual = Math.round(Math.exp(centre)).toLocaleString('en-US');
        for (let i = 0; i < count; i++) {
          const score = (TO_SIGMA * (logs[i]! - centre)) / spread;
          if (Math.abs(score) < FAR) continue;
          const [line, column, endLine, endColumn, offset, endOffset, length] = rowOf(blocks, i) as unknown as Row;
          report({
            rule: 'length-outlier',
            place: { file, line, column, endLine, endColumn, offset, endOffset },
            message: `${length.toLocaleString('en-US')} characters, where ${usual} are usual in this file - look whether the example is whole and one`,
          });
        }
      },
    };
  },
});

function rowOf(blocks: readonly Float64Array[], i: number): Float64Array {
  const at = (i % BLOCK) * FIELDS;
  return blocks[Math.floor(i / BLOCK)]!.subarray(at, at + FIELDS);
}

type Row = [number, number, number, number, number, number, number];

/** Sorts the values. */
function median(values: Float64Array): number {
  values.sort();
  return values[values.length >> 1]!;
}
