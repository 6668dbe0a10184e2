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

/** An example far longer or shorter than the rest. */
export const lengthOutlier = crossRule<number>({
  id: 'length-outlier',
  severity: 'info',
  digest: ({ example: { value } }) => value.question.length + value.answer.length,
  start() {
    let table = new Float64Array(FIELDS * 256);
    let count = 0;
    let file = '';
    return {
      add(length, at) {
        file = at.file;
        const row = count++ * FIELDS;
        if (row === table.length) {
          const larger = new Float64Array(table.length * 2);
          larger.set(table);
          table = larger;
        }
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
        const logs = Float64Array.from({ length: count }, (_, i) => Math.log(table[i * FIELDS + 6]! + 1));
        const centre = median(logs.slice());
        const spread = Math.max(LEAST_SPREAD, median(logs.map((value) => Math.abs(value - centre))));
        const usual = Math.round(Math.exp(centre)).toLocaleString('en-US');
        for (let i = 0; i < count; i++) {
          const score = (TO_SIGMA * (logs[i]! - centre)) / spread;
          if (Math.abs(score) < FAR) continue;
          const row = table.subarray(i * FIELDS, (i + 1) * FIELDS);
          const [line, column, endLine, endColumn, offset, endOffset, length] = row as unknown as Row;
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

type Row = [number, number, number, number, number, number, number];

/** Sorts the values. */
function median(values: Float64Array): number {
  values.sort();
  return values[values.length >> 1]!;
}
