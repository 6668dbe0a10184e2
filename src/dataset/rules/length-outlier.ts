import type { EndReport, Rule, RuleSubject } from '../rule';
import { keepPlace } from './example-place';

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
export const lengthOutlier: Rule = {
  id: 'length-outlier',
  severity: 'info',
  start() {
    let table = new Float64Array(FIELDS * 256);
    let count = 0;
    let file = '';
    return Object.assign(
      (subject: RuleSubject) => {
        const { question, answer } = subject.example.value;
        const { source } = subject;
        file = subject.file;
        const at = count++ * FIELDS;
        if (at === table.length) {
          const larger = new Float64Array(table.length * 2);
          larger.set(table);
          table = larger;
        }
        const place = source.includes('\n') ? keepPlace(subject, 0, source.length) : onOneLine(subject.example);
        const { line, column, endLine, endColumn, offset, endOffset } = place;
        table.set([line, column, endLine, endColumn, offset, endOffset, question.length + answer.length], at);
      },
      {
        finish(report: EndReport) {
          if (count < FEWEST_EXAMPLES) return;
          const logs = Float64Array.from({ length: count }, (_, i) => Math.log(table[i * FIELDS + 6]! + 1));
          const centre = median(logs.slice());
          const spread = Math.max(LEAST_SPREAD, median(logs.map((value) => Math.abs(value - centre))));
          for (let i = 0; i < count; i++) {
            const score = (TO_SIGMA * (logs[i]! - centre)) / spread;
            if (Math.abs(score) < FAR) continue;
            const [line, column, endLine, endColumn, offset, endOffset, length] = table.subarray(
              i * FIELDS,
              (i + 1) * FIELDS,
            ) as unknown as [number, number, number, number, number, number, number];
            const usual = Math.round(Math.exp(centre)).toLocaleString('en-US');
            report({
              rule: 'length-outlier',
              place: { file, line, column, endLine, endColumn, offset, endOffset },
              message: `${length.toLocaleString('en-US')} characters, where ${usual} are usual in this file - look whether the example is whole and one`,
            });
          }
        },
      },
    );
  },
};

function onOneLine(example: { line: number; column: number; offset: number; endOffset: number }) {
  const { line, column, offset, endOffset } = example;
  return { line, column, endLine: line, endColumn: column + endOffset - offset, offset, endOffset };
}

/** Sorts the values. */
function median(values: Float64Array): number {
  values.sort();
  return values[values.length >> 1]!;
}
