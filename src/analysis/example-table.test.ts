import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseOnce } from './analyse-once';
import { ExampleRows } from './example-rows';
import { exampleAround, exampleRow, exampleRowsIn } from './example-table';
import { TokenCounts } from './token-counts';

describe('exampleRowsIn', () => {
  const rows = new ExampleRows(3001);
  const length = { tokens: 5, trained: 3, truncated: 1, answers: 3, trainedAnswers: 2 };
  for (let index = 0; index < 3000; index++) rows.push(index * 10, index * 10 + 8, index === 2 ? length : undefined);
  const table = rows.sealed();

  it('finds those that a range touches', () => {
    const indices = (start: number, end: number): number[] => exampleRowsIn(table, start, end).map((row) => row.index);
    assert.deepEqual(indices(15, 31), [1, 2, 3]);
    assert.deepEqual(indices(9, 9), []);
    assert.deepEqual(indices(12, 12), [1]);
    assert.deepEqual(indices(29_995, 1e6), [2999]);
    assert.deepEqual(indices(30_000, 1e6), []);
  });

  it('gives the numbers of a row, -1 where it is not counted', () => {
    assert.deepEqual(exampleRow(table, 2), {
      index: 2,
      offset: 20,
      endOffset: 28,
      tokens: 5,
      trained: 3,
      truncated: 1,
      answers: 3,
      trainedAnswers: 2,
    });
    assert.equal(exampleRow(table, 3).tokens, -1);
  });
});

describe('exampleAround', () => {
  const settings = { modelFolder: undefined, maxSeqLength: 40, rules: {}, nearDuplicateThreshold: 0.8 };
  /** The text of the example around each error, by rule. */
  const around = (file: string, text: string): Record<string, string | undefined> => {
    const { result } = analyseOnce(file, text, settings, new TokenCounts(undefined, undefined, undefined));
    return Object.fromEntries(
      result.findings
        .filter(({ severity }) => severity === 'error')
        .map((finding) => {
          const place = exampleAround(result, finding);
          return [finding.rule, place && text.slice(place.offset, place.endOffset)];
        }),
    );
  };
  const valid = '{"question": "Where is it?", "answer": "In the hall."}';

  it('gives the range of an example that is not valid', () => {
    const blank = '{"question": "When?", "answer": " "}';
    const wrong = '{"question": "Who?", "answer": 5}';
    const found = { 'blank-text': blank, 'wrong-type': wrong };
    assert.deepEqual(around('a.json', `[\n  ${[valid, blank, wrong].join(',\n  ')}\n]`), found);
    assert.deepEqual(around('a.jsonl', `${blank}\n${valid}\n${wrong}`), found);
    assert.deepEqual(around('a.csv', 'question,answer\nWhere?,Here.\n"When,\nthen?",\n'), {
      'blank-text': '"When,\nthen?",',
    });
  });

  it('gives none where the end of an example is not known', () => {
    const cut = around('a.jsonl', `${valid}\n{"question": "When?", "ans\n`);
    assert.ok(Object.keys(cut).length > 0);
    assert.deepEqual(new Set(Object.values(cut)), new Set([undefined]));
  });
});
