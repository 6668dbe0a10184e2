import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { checkText } from '../read';
import { DatasetChecker, type DatasetItem } from '../check';
import { createRandom, type Random } from '../../base/random';

const ROUNDS = 6000;
const TEXTS = [
  'What is a NIN?',
  'Pay ₦50,000, then wait.',
  'Ẹ kú àárọ̀',
  'a\\b',
  'say "hi"',
  '{"x": [1, 2]}',
  "it's",
  '😀',
  'x\ny\tz',
  '5" tall',
  ', ',
  ': }',
  '//',
];

function randomText(random: Random): string {
  return Array.from({ length: 1 + random.below(4) }, () => TEXTS[random.below(TEXTS.length)]!).join(' ');
}

function randomExamples(random: Random, count: number): Record<string, string>[] {
  return Array.from({ length: count }, (_, i) => ({
    question: `${i} ${randomText(random)}`,
    answer: randomText(random),
    ...(random.below(2) === 0 ? {} : { agency: `Agency ${random.below(3)}` }),
  }));
}

/** One of the ways in which people lay out their files. */
function write(examples: readonly unknown[], layout: number): string {
  if (layout === 0) return JSON.stringify(examples);
  if (layout === 1) return JSON.stringify(examples, null, 2);
  if (layout === 2) return `[\n${examples.map((e) => `  ${JSON.stringify(e)}`).join(',\n')}\n]\n`;
  if (layout === 3) return JSON.stringify(examples, null, '\t').replaceAll('\n', '\r\n');
  return examples.map((e) => JSON.stringify(e)).join('\n');
}

function isValid(text: string, layout: number): boolean {
  try {
    if (layout < 4) JSON.parse(text);
    else for (const line of text.split('\n')) if (line.trim() !== '') JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function values(items: readonly DatasetItem[]): unknown[] {
  return items.flatMap((item) => (item.type === 'example' ? [item.example.value] : []));
}

/** Line and column of an offset, counted from the text's start. */
function placeOf(text: string, offset: number): [number, number] {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return [lines.length, lines.at(-1)!.length + 1];
}

describe('any text', () => {
  it('reads back what was written, in every layout, with exact places', () => {
    const random = createRandom(1);
    for (let round = 0; round < 200; round++) {
      const examples = randomExamples(random, 2 + random.below(5));
      const text = write(examples, round % 5);
      const items = checkText('x.json', text);
      assert.deepEqual(values(items), examples);
      for (const item of items) {
        assert.ok(item.type === 'example');
        const { offset, endOffset, line, column } = item.example;
        assert.deepEqual(JSON.parse(text.slice(offset, endOffset)), item.example.value);
        assert.deepEqual([line, column], placeOf(text, offset));
      }
    }
  });

  it('finds every corruption of one character, places it truly, and reads the examples far from it', () => {
    const random = createRandom(2);
    const alphabet = '"\\{}[],: \n\'x0\u0000\t/#';
    let silent = 0;
    let cascades = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const layout = round % 5;
      const examples = randomExamples(random, 12);
      const text = write(examples, layout);
      const at = random.below(text.length);
      const kind = random.below(3);
      const put = kind === 0 ? '' : alphabet[random.below(alphabet.length)]!;
      const broken = text.slice(0, at) + put + text.slice(kind === 2 ? at : at + 1);
      const items = checkText('x.json', broken);
      const findings = items.flatMap((item) => (item.type === 'finding' ? [item.finding] : []));
      const context = JSON.stringify({
        round,
        layout,
        at,
        put,
        kind,
        around: broken.slice(Math.max(0, at - 80), at + 80),
        findings,
      });
      if (findings.length === 0) {
        silent++;
        // In lines, a line break more or less between tokens is accepted: nothing may be lost by it.
        assert.ok(isValid(broken, layout) || (layout === 4 && values(items).length === 12), context);
      }
      for (const f of findings) {
        assert.ok(f.offset <= f.endOffset && f.endOffset <= broken.length, context);
        assert.deepEqual(
          [f.line, f.column, f.endLine, f.endColumn],
          [...placeOf(broken, f.offset), ...placeOf(broken, f.endOffset)],
          context,
        );
      }
      const errors = findings.filter((f) => f.severity === 'error');
      if (errors.length > 2) cascades++;
      const read = new Set(values(items).map((value) => JSON.stringify(value)));
      const lost = examples.filter((example) => !read.has(JSON.stringify(example)));
      assert.ok(lost.length <= 2, `${lost.length} lost ${context}`);
    }
    // Half of the characters are content, which may change; three findings or more for one mistake are rare.
    assert.ok(silent < ROUNDS * 0.55, `${silent} without a finding`);
    assert.ok(cascades < ROUNDS * 0.005, `${cascades} with more than two findings`);
  });

  it('gives the same however the text is cut into pieces', () => {
    const random = createRandom(3);
    for (let round = 0; round < 300; round++) {
      const text = write(randomExamples(random, 6), round % 5);
      const at = random.below(text.length);
      const broken = round % 3 === 0 ? text : text.slice(0, at) + text.slice(at + 1);
      const checker = new DatasetChecker('x.json');
      const items: DatasetItem[] = [];
      for (let from = 0; from < broken.length;) {
        let to = Math.min(broken.length, from + 1 + random.below(50));
        if (broken[to - 1] === '\r') to++;
        items.push(...checker.push(broken.slice(from, to)));
        from = to;
      }
      items.push(...checker.finish());
      assert.deepEqual(items, checkText('x.json', broken), broken);
    }
  });
});
