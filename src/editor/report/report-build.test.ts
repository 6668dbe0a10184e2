import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { problemOf } from '../../base/shapes';
import { analyseOnce, type AnalysedText } from '../../analysis/analyse-once';
import { checkFile } from '../../analysis/check-file';
import type { Columns } from '../../dataset/columns';
import { TokenCounts } from '../../analysis/token-counts';
import { datasetReport, type DatasetReport } from '../../messages/report';
import { buildFileReport, buildReport, readExamples } from './report-build';
import { reportHtml } from './report-html';

const SETTINGS = { modelFolder: undefined, maxSeqLength: 20, rules: {}, nearDuplicateThreshold: 0.8 };

function analysed(text: string): AnalysedText {
  return analyseOnce('a.json', text, SETTINGS, new TokenCounts(undefined, undefined, undefined));
}

function reportOf(objects: readonly object[], columns: Columns = {}): DatasetReport {
  const text = JSON.stringify(objects);
  const read = readExamples('a.json', text, columns);
  let step = read.next();
  while (step.done !== true) step = read.next();
  const { result, findings } = analysed(text);
  return buildReport('a.json', step.value, result, findings, SETTINGS.nearDuplicateThreshold, columns);
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
    assert.equal(sum(Object.values(report.split!)), 12);
    assert.deepEqual(
      report.agencies.map(({ name, examples }) => [name, examples]),
      [
        ['NIMC', 11],
        ['NIS', 1],
      ],
    );
    for (const { examples, split } of report.agencies) assert.equal(sum(Object.values(split!)), examples);
    assert.equal(report.tokens.over, 1);
    assert.match(report.advice[1] ?? '', /NIMC has 11 examples, NIS has 1 /);
    assert.equal(problemOf(datasetReport, report, 'report'), undefined);
  });

  it('counts repeated examples and says what the size is good for', () => {
    assert.equal(reportOf([...twelve, ...twelve.slice(0, 2)]).duplicates, 2);
    assert.match(reportOf(twelve).advice[0] ?? '', /^12 examples are too few/);
  });

  it('says of a file on disk what it says of the open one, as far as a stream can tell', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sft-report-'));
    try {
      const file = path.join(folder, 'a.json');
      const text = JSON.stringify([...twelve, ...twelve.slice(0, 2)]);
      await writeFile(file, text);
      const counts = new TokenCounts(undefined, undefined, undefined);
      const checked = await checkFile(file, SETTINGS, counts, new AbortController().signal, () => undefined);
      const report = buildFileReport('a.json', checked);
      const open = reportOf([...twelve, ...twelve.slice(0, 2)]);
      const agencies = open.agencies.map((agency) => ({ ...agency, split: undefined }));
      assert.deepEqual(report, { ...open, agencies, split: undefined });
      assert.equal(problemOf(datasetReport, report, 'report'), undefined);
      assert.match(reportHtml(open), /Validation/);
      assert.doesNotMatch(reportHtml(report), /Validation/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says nothing of a field that no example has, and groups by the one that the configuration names', () => {
    const plain = reportOf(twelve.map(({ question, answer }, i) => ({ question, answer, subject: `s${i % 3}` })));
    assert.deepEqual([plain.category, plain.agencies], [undefined, []]);
    assert.doesNotMatch(reportHtml(plain), /agency\)|Balance/);
    const grouped = reportOf(
      twelve.map(({ question, answer }, i) => ({ question, answer, subject: `s${i % 3}` })),
      { category: 'subject' },
    );
    assert.equal(grouped.category, 'subject');
    assert.deepEqual(
      grouped.agencies.map(({ name, examples }) => [name, examples]),
      [
        ['s0', 4],
        ['s1', 4],
        ['s2', 4],
      ],
    );
    assert.match(reportHtml(grouped), /Balance and split[^]*<th>subject<\/th>/);
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
    assert.match(html, /estimated: characters \/ 4, without what a chat template adds/);
  });
});
