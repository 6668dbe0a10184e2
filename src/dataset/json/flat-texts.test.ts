import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { parseTree } from 'jsonc-parser';
import { createRandom } from '../../base/random';
import { flatTexts } from './flat-texts';

/** The same by a tree. */
function byTree(source: string): { key: string; value: string; start: number; end: number }[] {
  return parseTree(source)!.children!.flatMap(({ children }) => {
    const [key, value] = children!;
    if (value!.type !== 'string') return [];
    return [
      {
        key: key!.value as string,
        value: value!.value as string,
        start: value!.offset,
        end: value!.offset + value!.length,
      },
    ];
  });
}

void describe('flatTexts', () => {
  const sources = {
    plain: '{"question": "a?", "answer": "b"}',
    'no white space': '{"question":"a?","answer":"b"}',
    'much white space': '{\r\n\t"question" :\n  "a?"  ,\t"answer"\r\n: "b"\n}',
    escapes: String.raw`{"que\u0073tion": "say \"a\" \\", "answer": "line\nline \\\" end\\", "x": "\ud83d\ude00 é"}`,
    'other values': '{"a": 1, "b": -2.5e+10, "c": true, "d": null, "answer": "x", "e": false}',
    'a key twice': '{"answer": "first", "answer": "second"}',
    'empty texts': '{"": "", "a": ""}',
  };
  for (const [name, source] of Object.entries(sources)) {
    it(`finds what a tree finds: ${name}`, () => {
      assert.deepEqual(flatTexts(source), byTree(source));
    });
  }

  it('finds what a tree finds in random objects', () => {
    const random = createRandom(5);
    const alphabet = ['a', '"', '\\', '\n', ' ', '{', '}', ',', ':', 'é', '\u{1f600}', '\u2028', 'n', 'u'];
    const text = (): string => Array.from({ length: random.below(12) }, () => alphabet[random.below(14)]!).join('');
    for (let round = 0; round < 2000; round++) {
      const entries = Array.from({ length: 1 + random.below(5) }, () => [text(), random.below(4) === 0 ? 7 : text()]);
      const source = JSON.stringify(Object.fromEntries(entries), undefined, random.below(3));
      assert.deepEqual(flatTexts(source), byTree(source));
    }
  });

  for (const source of [
    '{"a": ["x"]}',
    '{"a": {"b": "x"}}',
    '{"a": "x",}',
    '{"a": "x" // why\n}',
    '["a"]',
    '{"a": "x"',
    '{"a": "x\\q"}',
    '{"a" "x"}',
    '{}',
    '',
    '{"a": "x"} ',
  ]) {
    it(`leaves to a tree: ${source}`, () => {
      assert.equal(flatTexts(source), undefined);
    });
  }
});
