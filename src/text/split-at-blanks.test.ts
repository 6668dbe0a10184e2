import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../base/random';
import { createPattern, CUTTING_AT_BLANKS } from './pattern';
import { splitAtBlanks } from './split-at-blanks';
import { splitByPattern } from './split-pattern';

/** What patterns treat differently: letters of both cases, marks, numbers, signs, quotes, blanks and line ends of every kind. */
const PARTS = [
  ...Array.from("abzAZñé字Ọ̀\u0301١²059.,!/_-'<|"),
  "'s",
  "'LL",
  ' ',
  ' ',
  '  ',
  '   ',
  '\n',
  '\r\n',
  '\t',
  '\u0085',
  '\u00a0',
  '\ufeff',
  '\ud83d\ude00',
];

function randomText(seed: number): string {
  const random = createRandom(seed);
  return Array.from({ length: 1 + random.below(40) }, () => PARTS[random.below(PARTS.length)]!).join('');
}

test('a text split in stretches has the pieces of the whole, under each known pattern', () => {
  for (const Regex of CUTTING_AT_BLANKS) {
    const { regex } = createPattern({ Regex }, 'tokenizer.json');
    const split = (text: string): string[] => splitByPattern(text, regex, 'Isolated', false);
    const byStretches = splitAtBlanks(split);
    for (let seed = 0; seed < 3000; seed++) {
      const text = randomText(seed);
      assert.deepEqual(byStretches(text), split(text), JSON.stringify(text));
    }
  }
});

test('a short stretch that has come twice is not split again', () => {
  const seen: string[] = [];
  const split = splitAtBlanks((text) => {
    seen.push(text);
    return text.split(/(?<=\S)(?= )/);
  });
  assert.deepEqual(split('one two  three two'), ['one', ' two', '  three', ' two']);
  assert.deepEqual(split('four two photographically two'), ['four', ' two', ' photographically', ' two']);
  assert.deepEqual(seen, [' two', 'one two  three', 'four', ' photographically']);
});
