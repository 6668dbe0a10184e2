import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { DatasetChecker, type DatasetItem } from '../check';
import { checkText } from '../read';
import { sourceRange, tableTexts } from '../subject-texts';
import { CsvParser, type ParsedRecord } from './csv-parser';

function places(items: readonly DatasetItem[]): string[] {
  return items.map((item) =>
    item.type === 'example'
      ? `${item.example.line}:${item.example.column} ${JSON.stringify(item.raw)}`
      : `${item.finding.line}:${item.finding.column}-${item.finding.endLine}:${item.finding.endColumn} ${item.finding.rule}`,
  );
}

describe('tables', () => {
  const cases: readonly [string, string, string[]][] = [
    ['plain cells', 'question,answer\na?,b\n', ['2:1 {"question":"a?","answer":"b"}']],
    [
      'delimiters, line ends and doubled quotes in quotes, with CRLF and a blank line',
      'question,answer\r\n"a, ""b""?","c\r\nd"\r\n\r\ne?,f',
      ['2:1 {"question":"a, \\"b\\"?","answer":"c\\r\\nd"}', '5:1 {"question":"e?","answer":"f"}'],
    ],
    ['semicolons', 'question;answer\na, b?;c', ['2:1 {"question":"a, b?","answer":"c"}']],
    [
      'Alpaca, whose empty input stays and whose empty agency goes',
      'instruction,input,output,agency\na,,b,\n',
      ['2:1 {"instruction":"a","input":"","output":"b"}'],
    ],
    ['a quote within a bare cell', 'prompt,completion\n5" tall,b', ['2:1 {"prompt":"5\\" tall","completion":"b"}']],
    ['a blank cell', 'question,answer\na?,\nb?,"  "\n', ['2:4-2:4 blank-text', '3:4-3:8 blank-text']],
    ['too few cells', 'question,answer\na?\nb?,c', ['2:1-2:3 csv-columns', '3:1 {"question":"b?","answer":"c"}']],
    ['too many cells', 'question,answer\na?,b,c\n', ['2:6-2:7 csv-columns']],
    [
      'a single quote in quotes',
      'question,answer\n"say "hi" now",b\nc?,d',
      ['2:6-2:7 unescaped-quote', '3:1 {"question":"c?","answer":"d"}'],
    ],
    [
      'a quote never closed',
      'question,answer\na?,"b\nc?,d',
      ['2:4-2:6 unclosed-text', '3:1 {"question":"c?","answer":"d"}'],
    ],
    ['a misspelt column', 'question,anwser\na?,b', ['1:10-1:16 misspelt-key']],
    ['no header', 'What is it?,That\nc?,d', ['1:1-1:17 missing-key', '1:1-1:17 missing-key']],
    ['a column that stands twice', 'question,answer,answer\na?,b,c', ['1:17-1:23 csv-header']],
    ['conversations', 'messages\n[]', ['1:1-1:9 csv-header']],
    ['capitals in the names of columns', 'Question,ANSWER\na?,b', ['2:1 {"question":"a?","answer":"b"}']],
    ['bars', 'question|answer\na, b?|c', ['2:1 {"question":"a, b?","answer":"c"}']],
    ["Excel's line about the delimiter", 'sep=;\r\nquestion;answer\r\na?;b', ['3:1 {"question":"a?","answer":"b"}']],
    [
      'an index without a name',
      ',question,answer\n0,a?,b',
      ['1:1-1:1 csv-header', '2:1 {"question":"a?","answer":"b"}'],
    ],
    [
      'columns and rows of nothing',
      'question,answer,,\na?,b,,\n,,,\n ,,,\nc?,d,,,,',
      [
        '1:17-1:18 csv-header',
        '2:1 {"question":"a?","answer":"b"}',
        '3:1-3:4 csv-columns',
        '5:1 {"question":"c?","answer":"d"}',
      ],
    ],
    [
      'the header again, with a byte order mark',
      'question,answer\na?,b\n\ufeffquestion,answer\nc?,d',
      ['2:1 {"question":"a?","answer":"b"}', '3:1-3:17 csv-header', '4:1 {"question":"c?","answer":"d"}'],
    ],
    [
      'a cell that may have swallowed a row',
      'question,answer\na?,"No\nb?,6"\nc?,"d\nno row"',
      [
        '2:4-3:6 csv-columns',
        '2:1 {"question":"a?","answer":"No\\nb?,6"}',
        '4:1 {"question":"c?","answer":"d\\nno row"}',
      ],
    ],
    ['an empty file', '\n', ['1:1-1:1 empty-file']],
    ['a header alone', 'question,answer\n', ['2:1-2:1 empty-file']],
  ];
  for (const [name, text, expected] of cases) {
    it(`reads ${name}, whole and in pieces`, () => {
      assert.deepEqual(places(checkText('x.csv', text)), expected);
      for (const size of [1, 5]) {
        const checker = new DatasetChecker('x.csv');
        const items: DatasetItem[] = [];
        for (let at = 0; at < text.length; at += size) items.push(...checker.push(text.slice(at, at + size)));
        items.push(...checker.finish());
        assert.deepEqual(places(items), expected);
      }
    });
  }
  it('takes out a row that has a cell too few or too many, or repeats the header, with its line end', () => {
    for (const row of ['a?\r\n', '"a\n?",b,c\r\n', 'question,answer\r\n']) {
      const before = 'question,answer\r\n';
      const text = `${before}${row}c?,d\r\n`;
      const [item] = checkText('x.csv', text);
      assert.ok(item?.type === 'finding');
      const [fix] = item.finding.fixes;
      assert.deepEqual(fix?.edits, [{ start: before.length, end: before.length + row.length, text: '' }]);
      assert.equal(fix.safe, false);
    }
  });
  it('tabs', () => {
    assert.deepEqual(places(checkText('x.tsv', 'question\tanswer\na, b?\tc')), [
      '2:1 {"question":"a, b?","answer":"c"}',
    ]);
  });
  const tabs: readonly [string, string, string[]][] = [
    ['quotes that are text', 'a?\t"Arrow of God"\nb?\t"No\nc?\t6"\n', ['a? "Arrow of God"', 'b? "No', 'c? 6"']],
    ['what had to be in quotes', 'a?\t"say ""hi"""\n"b\tc?"\td\n', ['a? say "hi"', 'b\tc? d']],
    ['line ends in quotes', '"a\nb?"\t"c\n\nd"\ne?\tf', ['a\nb? c\n\nd', 'e? f']],
    ['quotes that nothing closes', 'a?\t"b\nc?\t"d"e\n"f?\tg', ['a? "b', 'c? "d"e', '"f? g']],
  ];
  for (const [name, rows, expected] of tabs) {
    it(`tabs: ${name}, whole and in pieces`, () => {
      const text = `question\tanswer\n${rows}`;
      for (const size of [1, 7, text.length]) {
        const checker = new DatasetChecker('x.tsv');
        const items: DatasetItem[] = [];
        for (let at = 0; at < text.length; at += size) items.push(...checker.push(text.slice(at, at + size)));
        items.push(...checker.finish());
        const texts = items.map((item) => item.type === 'example' && Object.values(item.raw).join(' '));
        assert.deepEqual(texts, expected);
      }
    });
  }
  it('tabs: all cells in quotes where the header is', () => {
    const items = checkText('x.tsv', '"question"\t"answer"\n"a?"\t"b"\n');
    assert.deepEqual(places(items), ['2:1 {"question":"a?","answer":"b"}']);
  });
  it('gives the place of characters within a cell', () => {
    const records: ParsedRecord[] = [];
    const parser = new CsvParser((parsed) => {
      if ('tree' in parsed) records.push(parsed);
    }, 'csv');
    parser.push('question,answer\n"a ""b"" c",d\\e\n');
    parser.finish();
    const [record] = records;
    const [question, answer] = tableTexts(record!.tree(), 'qa');
    const at = (text: typeof question, from: number, to: number): string => {
      const { start, end } = sourceRange(record!.source, text!, from, to);
      return record!.source.slice(start, end);
    };
    assert.deepEqual([question!.role, question!.value, at(question, 3, 4)], ['question', 'a "b" c', 'b']);
    assert.equal(at(question, 6, 7), 'c');
    assert.deepEqual([answer!.role, at(answer, 1, 3)], ['answer', '\\e']);
  });
});
