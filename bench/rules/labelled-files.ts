import { readFileSync } from 'node:fs';
import type { QaExample } from '../../src/dataset/example';

/** A small file whose findings only the whole file, another file or a model tells, and the lines on which each rule must speak. */
export interface LabelledFile {
  readonly rule: string;
  /** What it shows, for the list of what a rule gets wrong. */
  readonly name: string;
  readonly rows: readonly QaExample[];
  /** Lines on which the rule must speak, from 1; empty for a file that is sound. */
  readonly lines: readonly number[];
  /** The examples of another part of the split that this file is one of. */
  readonly other?: readonly QaExample[];
  /** Where the model's token counts are asked for. */
  readonly maxSeqLength?: number;
}

const POOL = JSON.parse(readFileSync('examples/nigeria-services.json', 'utf8')) as QaExample[];

/** So many rows of the example set, from one of them on. */
function rows(count: number, from = 0): QaExample[] {
  return Array.from({ length: count }, (_, i) => POOL[(from + i) % POOL.length]!);
}

/** Rows whose agencies are these in turn, the last name on the last row alone. */
function named(usual: readonly string[], last: string): QaExample[] {
  const all = rows(usual.length * 5 + 1);
  return all.map((row, i) => ({ ...row, agency: i === all.length - 1 ? last : usual[i % usual.length]! }));
}

/** A name written as before, then otherwise: one agency. */
const SAME_AGENCY: readonly (readonly [string, string])[] = [
  ['CAC', 'C.A.C.'],
  ['NIMC', 'nimc'],
  ['Federal Road Safety Corps', 'Federal Road-Safety Corps'],
  ['Corporate Affairs Commission', 'Corporate Affairs Comission'],
  ['Immigration Service', 'Immigratoin Service'],
  ['Immigration Service', 'Immigration Services'],
  ['National Pension Commission', 'National Pensions Commission'],
  ['Central Bank', 'CentralBank'],
  ['Customs Service', 'Customs Servce'],
  ['Electoral Commission', ' Electoral  Commission '],
];

/** Names of two agencies that look alike. */
const OTHER_AGENCY: readonly (readonly [string, string])[] = [
  ['FRSC', 'FIRS'],
  ['NIMC', 'NIMASA'],
  ['Customs Zone 1', 'Customs Zone 2'],
  ['Ogun State Revenue Service', 'Osun State Revenue Service'],
  ['Ministry of Health', 'Ministry of Wealth'],
  ['Ondo State Government', 'Edo State Government'],
  ['NERC', 'NEC'],
  ['Board of Land', 'Board of Lands and Survey'],
  ['Kogi State', 'Kano State'],
  ['Court of Appeal, Jos', 'Court of Appeal, Oyo'],
];

function nearAgency(): LabelledFile[] {
  const others = ['NYSC', 'JAMB', 'INEC'];
  const files = (pairs: typeof SAME_AGENCY, sound: boolean): LabelledFile[] =>
    pairs.map(([usual, last]) => {
      const all = named([usual, ...others], last);
      return { rule: 'near-agency', name: `${usual} / ${last}`, rows: all, lines: sound ? [] : [all.length] };
    });
  return [...files(SAME_AGENCY, false), ...files(OTHER_AGENCY, true)];
}

function lengthOutlier(): LabelledFile[] {
  const at = (change: (row: QaExample, usual: readonly QaExample[]) => string, from: number): QaExample[] => {
    const usual = rows(60, from);
    return usual.with(30, { ...usual[30]!, answer: change(usual[30]!, usual) });
  };
  const whole = (row: QaExample): string => row.answer;
  const files: readonly (readonly [string, QaExample[], readonly number[]])[] = [
    ['forty answers run together', at((_, usual) => usual.slice(0, 40).map(whole).join(' '), 0), [31]],
    ['a manual pasted in', at((row) => `${row.answer} `.repeat(80), 60), [31]],
    ['one answer a hundred times the rest', at((row) => row.answer.padEnd(20_000, ' and so on'), 120), [31]],
    [
      'a question and an answer of one letter',
      at(() => 'N', 180).map((row, i) => (i === 30 ? { ...row, question: 'Q?' } : row)),
      [31],
    ],
    ['the rows as they are', rows(60, 240), []],
    ['all 514 rows as they are', rows(POOL.length), []],
    ['one answer as long as three', at((_, usual) => usual.slice(0, 3).map(whole).join(' '), 300), []],
    ['one short answer', at(() => 'Yes, at the desk.', 360), []],
    [
      'answers of nearly one length, one half as long again',
      rows(40).map((row, i) => ({
        ...row,
        question: 'Where is it?',
        answer: 'x'.repeat(i === 20 ? 150 : 100 + (i % 3)),
      })),
      [],
    ],
    ['twenty rows, one of them long', at((row) => row.answer.repeat(40), 0).slice(20, 40), []],
  ];
  return files.map(([name, all, lines]) => ({ rule: 'length-outlier', name, rows: all, lines }));
}

function agencyImbalance(): LabelledFile[] {
  const shares = (counts: Readonly<Record<string, number>>): QaExample[] => {
    const names = Object.entries(counts).flatMap(([name, count]) => new Array<string>(count).fill(name));
    return rows(names.length).map(({ question, answer }, i) => ({
      question,
      answer,
      ...(names[i] === '' ? {} : { agency: names[i]! }),
    }));
  };
  const files: readonly (readonly [Readonly<Record<string, number>>, readonly number[]])[] = [
    [{ NIS: 60, CAC: 20, NIMC: 20 }, [1]],
    [{ NIS: 90, CAC: 5, NIMC: 5 }, [1]],
    [{ NIS: 26, CAC: 10, NIMC: 10, FIRS: 5 }, [1]],
    [{ NIS: 300, CAC: 40, NIMC: 40, FIRS: 40 }, [1]],
    [{ NIS: 40, CAC: 30, NIMC: 30 }, []],
    [{ NIS: 50, CAC: 25, NIMC: 25 }, []],
    [{ NIS: 90, CAC: 10 }, []],
    [{ NIS: 100 }, []],
    [{ '': 90, CAC: 5, NIMC: 3, NIS: 2 }, []],
    [{ NIS: 8, CAC: 2, NIMC: 2 }, []],
  ];
  return files.map(([counts, lines]) => ({
    rule: 'agency-imbalance',
    name: JSON.stringify(counts),
    rows: shares(counts),
    lines,
  }));
}

function datasetSize(): LabelledFile[] {
  return [1, 5, 20, 50, 99, 100, 101, 200, 500].map((count) => ({
    rule: 'dataset-size',
    name: `${count} examples`,
    rows: rows(count),
    lines: count < 100 ? [1] : [],
  }));
}

function splitLeak(): LabelledFile[] {
  const train = rows(40);
  const own = rows(20, 200);
  const first = train[5]!;
  const spoilt = (row: QaExample): QaExample[] => own.with(10, row);
  const swapped = first.answer.replace(/\b(?:is|are|can|must)\b/, 'should');
  const files: readonly (readonly [string, QaExample[], readonly number[]])[] = [
    ['the same example', spoilt(first), [11]],
    ['the same question, another answer', spoilt({ ...first, answer: own[10]!.answer }), [11]],
    ['the same question in capitals', spoilt({ ...first, question: first.question.toUpperCase() }), [11]],
    ['one word of the answer changed', spoilt({ ...first, question: `So, ${first.question}`, answer: swapped }), [11]],
    ['three examples', [...train.slice(0, 3), ...own], [1, 2, 3]],
    ['a question with a word before it', spoilt({ ...first, question: `Please: ${first.question}` }), [11]],
    ['nothing in common', own, []],
    ['the same answer to another question', spoilt({ ...own[10]!, answer: first.answer }), []],
    ['a short question asked again', spoilt({ question: 'And then?', answer: own[10]!.answer }), []],
    [
      'another question of the same form',
      spoilt({ question: `${first.question.slice(0, 12)} another desk of the office?`, answer: own[10]!.answer }),
      [],
    ],
  ];
  return files.map(([name, all, lines]) => ({
    rule: 'split-leak',
    name,
    rows: all,
    lines,
    other: [...train, { question: 'And then?', answer: train[0]!.answer }],
  }));
}

function lengths(): LabelledFile[] {
  const usual = rows(20);
  const long = { question: usual[3]!.question, answer: `${usual[3]!.answer} `.repeat(30).trim() };
  const lost = { question: `${usual[4]!.question} `.repeat(120).trim(), answer: usual[4]!.answer };
  const file = (
    rule: string,
    name: string,
    row: QaExample | undefined,
    lines: readonly number[],
    limit = 512,
  ): LabelledFile => ({
    rule,
    name,
    rows: row === undefined ? usual : usual.with(7, row),
    lines,
    maxSeqLength: limit,
  });
  return [
    file('over-length', 'an answer thirty times over', long, [8]),
    file('over-length', 'the rows as they are', undefined, []),
    file('over-length', 'a long one that fits', long, [], 4096),
    file('over-length', 'an answer that is lost has an error of its own', lost, []),
    file('answer-lost', 'a question that fills the length', lost, [8]),
    file('answer-lost', 'an answer that is only cut', long, []),
    file('answer-lost', 'a long question that fits', lost, [], 4096),
  ];
}

/** Always the same. */
export function labelledFiles(): LabelledFile[] {
  return [...nearAgency(), ...lengthOutlier(), ...agencyImbalance(), ...datasetSize(), ...splitLeak(), ...lengths()];
}

/** Texts of more characters than are shown here, of which too-long must speak or be silent. In pieces: no one writes them by hand. */
export const LONG_TEXTS: readonly {
  readonly name: string;
  readonly long: boolean;
  readonly pieces: () => Iterable<string>;
}[] = [
  { name: 'a text that never ends', long: true, pieces: () => longText(70, '') },
  { name: 'an answer of five million characters', long: false, pieces: () => longText(5, '"}]') },
  { name: 'a text of five million characters, cut off', long: false, pieces: () => longText(5, '') },
];

function* longText(millions: number, end: string): Generator<string> {
  yield '[{"question": "What does the book say?", "answer": "';
  const piece = 'word '.repeat(200_000);
  for (let i = 0; i < millions; i++) yield piece;
  yield end;
}
