import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { atLeastOne } from '../../test/at-least-one';
import { DatasetChecker, type DatasetItem } from './check';
import type { Finding } from './finding';
import { checkText } from './read';
import { RULE_IDS } from './rules';

const GOOD = '{"question": "a?", "answer": "b"}';

function findings(text: string): Finding[] {
  return checkText('x.json', text).flatMap((item) => (item.type === 'finding' ? [item.finding] : []));
}

function summary(text: string): string[] {
  return findings(text).map((f) => `${f.line}:${f.column}-${f.endLine}:${f.endColumn} ${f.severity} ${f.rule}`);
}

describe('the schema, at the exact range', () => {
  const cases: readonly [string, string, string[]][] = [
    ['a number for a text', `[{"question": "a?", "answer": 42}]`, ['1:31-1:33 error wrong-type']],
    ['null for a text', `[{"question": null, "answer": "b"}]`, ['1:15-1:19 error wrong-type']],
    ['a category that is not text', `[{"question": "a?", "answer": "b", "agency": 7}]`, ['1:46-1:47 error wrong-type']],
    ['an example that is no object', `[${GOOD}, "text"]`, ['1:37-1:43 error wrong-type']],
    ['a missing answer', `[\n  {"question": "a?"}\n]`, ['2:3-2:4 error missing-key']],
    ['both missing', `[{}]`, ['1:2-1:3 error missing-key']],
    ['an empty answer', `[{"question": "a?", "answer": ""}]`, ['1:31-1:33 error blank-text']],
    ['a blank question', `[{"question": " \\n\u00a0", "answer": "b"}]`, ['1:15-1:21 error blank-text']],
    ['a misspelt key', `[{"question": "a?", "anwser": "b"}]`, ['1:21-1:29 error misspelt-key']],
    ['a key in capitals', `[{"Question": "a?", "answer": "b"}]`, ['1:3-1:13 error misspelt-key']],
    [
      'a misspelt optional key',
      `[{"question": "a?", "answer": "b", "agancy": "c"}]`,
      ['1:36-1:44 warning misspelt-key'],
    ],
    [
      'two mistakes in one example',
      `[{"question": 1, "answer": ""}]`,
      ['1:15-1:16 error wrong-type', '1:28-1:30 error blank-text'],
    ],
    [
      'a key that stands twice',
      `[{"question": "a?", "answer": "b", "answer": "c"}]`,
      ['1:36-1:44 warning duplicate-key'],
    ],
    [
      'nothing in further numbers, lists and nulls',
      `[{"id": 7, "question": "a?", "answer": "b", "a/~b": [1, {}], "agency": null, "input": null}]`,
      [],
    ],
    ['further texts', `[{"question": "a?", "answer": "b", "source": "web", "__proto__": "x"}]`, []],
  ];
  for (const [name, text, expected] of cases) {
    it(`finds ${name}`, () => {
      assert.deepEqual(summary(text), expected);
    });
  }
  it('offers the right key', () => {
    assert.match(findings(`[{"question": "a?", "anwser": "b"}]`)[0]!.message, /"anwser".*did you mean "answer"\?/);
    const [mixture] = findings(`[{"question": "a?", "reply": "b"}]`);
    assert.match(mixture!.message, /"answer" is missing - rename "reply" to "answer"/);
    const [letters] = findings(`[{"Q": "a?", "A": "b"}]`);
    assert.match(letters!.message, /are missing - rename "Q" to "question", rename "A" to "answer"/);
  });
  it('finds keys that stand twice in a turn, or deeper', () => {
    const turns = '[{"role": "user", "content": "q?", "content": "r?"}, {"role": "assistant", "content": "a"}]';
    const [finding, ...more] = findings(`[{"messages": ${turns}, "meta": {"x": 1}}]`);
    assert.deepEqual([finding!.rule, finding!.column, more], ['duplicate-key', 50, []]);
    assert.deepEqual(
      findings(`[{"question": "a?", "answer": "b", "meta": [{"x": "1", "y": {"z": "", "z": ""}}]}]`)
        .filter(({ rule }) => rule === 'duplicate-key')
        .map(({ column }) => column),
      [71],
    );
  });
  it('points from a repeated key to the first', () => {
    const [finding] = findings(`[{"question": "a?",\n "answer": "b",\n "answer": "c"}]`);
    assert.deepEqual(finding!.related, [{ file: 'x.json', line: 2, column: 2 }]);
  });
});

describe('exact duplicates', () => {
  it('are found but for case, white space and Unicode composition, and point to their twin', () => {
    const twin = '{"question": " A?  ", "answer": "B"}';
    const [finding, ...more] = findings(`[\n${GOOD},\n  ${twin}\n]`);
    assert.deepEqual(more, []);
    assert.equal(finding!.rule, 'exact-duplicate');
    assert.equal(finding!.severity, 'warning');
    assert.deepEqual([finding!.line, finding!.column, finding!.endColumn], [3, 3, 4]);
    assert.deepEqual(finding!.related, [{ file: 'x.json', line: 2, column: 1 }]);
    const composed = `[{"question": "\u00e9?", "answer": "b"}, {"question": "e\u0301?", "answer": "b"}]`;
    assert.deepEqual(
      findings(composed).map((f) => f.rule),
      ['exact-duplicate'],
    );
  });
  it('are not seen where only the border between question and answer differs', () => {
    assert.deepEqual(findings(`[{"question": "ab", "answer": "c"}, {"question": "a", "answer": "bc"}]`), []);
    assert.deepEqual(findings(`[{"question": "ab", "answer": "c"}, {"question": "a b", "answer": "c"}]`), []);
  });
  it('are exact among many', () => {
    const examples = Array.from({ length: 20_000 }, (_, i) => ({
      question: `Question ${i % 19_990}?`,
      answer: `Answer ${i % 19_990}`,
    }));
    assert.equal(findings(JSON.stringify(examples)).length, 10);
  });
});

describe('the rules', () => {
  it('have a page each', () => {
    for (const id of atLeastOne(RULE_IDS)) assert.ok(existsSync(`docs/rules/${id}.md`), id);
  });
});

describe('a first example of more than a million characters', () => {
  const long = 'x'.repeat(1_500_000);
  it('decides the format once it is whole', () => {
    for (const [kind, example] of [
      ['alpaca', { instruction: 'a?', output: long }],
      [
        'messages',
        {
          messages: [
            { role: 'user', content: 'q?' },
            { role: 'assistant', content: long },
          ],
        },
      ],
    ] as const) {
      for (const text of [JSON.stringify([example, example]), `${JSON.stringify(example)}\n`.repeat(2)]) {
        const checker = new DatasetChecker('x.jsonl', { rules: [] });
        const items: DatasetItem[] = [];
        for (let at = 0; at < text.length; at += 48 * 1024) items.push(...checker.push(text.slice(at, at + 48 * 1024)));
        items.push(...checker.finish());
        assert.deepEqual([checker.kind, items.map(({ type }) => type)], [kind, ['example', 'example']]);
      }
    }
  });
});

describe('hostile files', () => {
  const within = (ms: number, text: string): Finding[] => {
    // Of this process alone: on a busy machine the clock tells how busy it is.
    const start = process.cpuUsage();
    const found = findings(text);
    const spent = process.cpuUsage(start).user / 1000;
    assert.ok(spent < ms, `${Math.round(spent)} ms`);
    return found;
  };
  // The bound is a hang's, not a speed's: each takes well under a second.
  const HANG = 5000;
  it('a million nested brackets end in one finding', () => {
    for (const open of ['[', '{"a":', '[{"a":', '{']) {
      const found = within(HANG, open.repeat(1_000_000));
      assert.ok(found.length >= 1 && found.length <= 2, `${open} ${found.length}`);
    }
    const rules = within(HANG, '['.repeat(1_000_000) + ']'.repeat(1_000_000)).map((f) => f.rule);
    assert.deepEqual(rules, ['too-deep']);
  });
  it('one text of 5 million characters is read', () => {
    const text = JSON.stringify([{ question: 'a?', answer: 'x"\\'.repeat(1_666_667) }]);
    assert.deepEqual(within(HANG, text), []);
  });
  it('a text of 5 million characters without its end is one finding', () => {
    const rules = within(HANG, `[{"question": "a?", "answer": "${'x'.repeat(5_000_000)}`).map((f) => f.rule);
    assert.deepEqual(rules, ['cut-off']);
  });
  it('after 10,000 errors nothing more is read, whatever their kind', () => {
    const much: readonly [string, string][] = [
      ['[', '"'.repeat(4_000_000)],
      ['', '"'.repeat(4_000_000)],
      ['[', '{"question": "a?"},'.repeat(20_000)],
      ['[{"messages": [', '{"role": "user"},'.repeat(20_000) + '7]}]'],
      ['', `${GOOD}\n${'{"question": "a?"}\n'.repeat(20_000)}`],
    ];
    for (const [start, rest] of much) {
      const found = within(HANG, start + rest).filter(({ severity }) => severity === 'error');
      assert.ok(found.length <= 10_001, `${start}${rest.slice(0, 20)}: ${found.length}`);
      if (found.length > 1) assert.equal(found.at(-1)!.rule, 'too-many-errors');
    }
  });
  it('a table with a header of commas, and quotes that nothing closes', () => {
    const check = (text: string, file: string): void => {
      const start = process.cpuUsage();
      checkText(file, text);
      const spent = process.cpuUsage(start).user / 1000;
      assert.ok(spent < HANG, `${file} ${text.slice(0, 10)}: ${Math.round(spent)} ms`);
    };
    for (const file of ['x.csv', 'x.tsv']) {
      for (const piece of [',', '\t', 'a,"b\n', 'a\t"b\n', '"', '"a\t', '""\n', 'a"\n', ';"\n']) {
        for (const header of ['', 'question,answer\n', 'question\tanswer\n']) {
          check(header + piece.repeat(400_000 / piece.length), file);
        }
      }
      check(Array.from({ length: 100_000 }, (_, i) => `column${i}`).join(','), file);
    }
  });
  it('many quotes, commas, brackets or bare words do not hang', () => {
    const pieces = [
      '"',
      ',',
      'word ',
      '"a',
      '{"',
      '\\',
      "'",
      '[,',
      '// ',
      '{"a" ',
      '"a":',
      '}{',
      '\n"',
      '/*',
      '/*}',
      "{'a': ",
      '\n',
      ']',
      ': ',
    ];
    for (const piece of pieces) {
      within(HANG, `[${piece.repeat(100_000)}`);
      within(HANG, `[{"question": "${piece.repeat(100_000)}`);
    }
  });
});
