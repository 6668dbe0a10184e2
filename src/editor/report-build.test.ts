import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseOnce, type AnalysedText } from '../analysis/analyse-once';
import { TokenCounts } from '../analysis/token-counts';
import { datasetReport, type DatasetReport } from '../messages/report';
import { buildReport, readExamples } from './report-build';
import { reportHtml } from './report-html';

function analysed(text: string): AnalysedText {
  const settings = { modelFolder: undefined, maxSeqLength: 20, rules: {}, nearDuplicateThreshold: 0.8 };
  return analyseOnce('a.json', text, settings, new TokenCounts(undefined, undefined, undefined));
}

function reportOf(objects: readonly object[]): DatasetReport {
  const text = JSON.stringify(objects);
  const read = readExamples('a.json', text);
  let step = read.next();
  while (step.done !== true) step = read.next();
  const { result, findings } = analysed(text);
  return buildReport('a.json', step.value, result, findings);
}

describe('the dataset report', () => {
  const twelve = Array.from({ length: 12 }, (_, i) => ({
    question: `Where is office number ${i} of the agency?`,
    answer: i === 0 ? 'x'.repeat(200) : `In street ${i}.`,
    agency: i === 11 ? 'NIS' : 'NIMC',
  }));

  it('counts each example once in every table', () => {
    const report = reportOf(twelve);
    const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
    assert.equal(report.examples, 12);
    assert.equal(sum(report.histogram.map((bin) => bin.examples)), 12);
    assert.equal(sum(report.agencies.map((agency) => agency.examples)), 12);
    assert.equal(sum(Object.values(report.split)), 12);
    assert.deepEqual(
      report.agencies.map(({ name, examples }) => [name, examples]),
      [
        ['NIMC', 11],
        ['NIS', 1],
      ],
    );
    for (const { examples, split } of report.agencies) assert.equal(sum(Object.values(split)), examples);
    assert.equal(report.tokens.over, 1);
    assert.match(report.advice[1] ?? '', /NIMC has 11 examples, NIS has 1 /);
    assert.equal(datasetReport.problem(report, 'report'), undefined);
  });

  it('counts repeated examples and says what the size is good for', () => {
    assert.equal(reportOf([...twelve, ...twelve.slice(0, 2)]).duplicates, 2);
    assert.match(reportOf(twelve).advice[0] ?? '', /^12 examples are too few/);
  });

  it('is sound without examples', () => {
    const report = reportOf([]);
    assert.deepEqual([report.examples, report.histogram, report.agencies], [0, [], []]);
    assert.match(reportHtml(report), /No valid examples yet/);
  });

  it('exports one HTML file that reaches for nothing and escapes names', () => {
    const html = reportHtml(reportOf([{ ...twelve[0], agency: '<script>alert(1)</script>' }]));
    assert.match(html, /&#60;script&#62;alert\(1\)/);
    assert.doesNotMatch(html, /<script|src=|href=|url\(/);
  });
});
