import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Finding, Fix } from '../finding';
import { checkText } from '../read';

const GOOD = '{"question": "a?", "answer": "b"}';

function findings(text: string, file = 'x.json'): Finding[] {
  return checkText(file, text).flatMap((item) => (item.type === 'finding' ? [item.finding] : []));
}

function applied(text: string, fix: Fix): string {
  return fix.edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((rest, edit) => rest.slice(0, edit.start) + edit.text + rest.slice(edit.end), text);
}

interface Case {
  readonly rule: string;
  readonly text: string;
  readonly fixed: string;
  readonly safe: boolean;
  /** Which of the finding's fixes; the first if not given. */
  readonly choice?: number;
}

const CASES: readonly Case[] = [
  {
    rule: 'trailing-comma',
    text: '[{"question": "a?", "answer": "b" , }]',
    fixed: '[{"question": "a?", "answer": "b"  }]',
    safe: true,
  },
  { rule: 'trailing-comma', text: `[\n  ${GOOD},\n]\n`, fixed: `[\n  ${GOOD}\n]\n`, safe: true },
  {
    rule: 'extra-comma',
    text: '[{"question": "a?",, "answer": "b"}]',
    fixed: '[{"question": "a?", "answer": "b"}]',
    safe: true,
  },
  { rule: 'extra-comma', text: `[${GOOD},, ${GOOD}]`, fixed: `[${GOOD}, ${GOOD}]`, safe: true },
  {
    rule: 'missing-comma',
    text: '[{"question": "a?"\n  "answer": "b"}]',
    fixed: '[{"question": "a?",\n  "answer": "b"}]',
    safe: true,
  },
  { rule: 'missing-comma', text: `[\n${GOOD}\n${GOOD}\n]`, fixed: `[\n${GOOD},\n${GOOD}\n]`, safe: true },
  {
    rule: 'missing-colon',
    text: '[{"question" "a?", "answer": "b"}]',
    fixed: '[{"question": "a?", "answer": "b"}]',
    safe: true,
  },
  {
    rule: 'missing-colon',
    text: '[{"question"=> "a?", "answer": "b"}]',
    fixed: '[{"question": "a?", "answer": "b"}]',
    safe: true,
  },
  {
    rule: 'unescaped-quote',
    text: '[{"question": "What is "NIN" for?", "answer": "b"}]',
    fixed: '[{"question": "What is \\"NIN\\" for?", "answer": "b"}]',
    safe: false,
  },
  {
    rule: 'single-quotes',
    text: `[{'question': 'a?', 'answer': 'it\\'s "b"'}]`,
    fixed: `[{"question": "a?", "answer": "it's \\"b\\""}]`,
    safe: true,
  },
  { rule: 'curly-quotes', text: '[{“question”: “a?”, "answer": "b"}]', fixed: `[${GOOD}]`, safe: true },
  { rule: 'comment', text: `[\n  // first\n  ${GOOD}\n]`, fixed: `[\n  ${GOOD}\n]`, safe: true },
  {
    rule: 'comment',
    text: '[{"question": "a?", // why\n "answer": "b"}]',
    fixed: '[{"question": "a?",\n "answer": "b"}]',
    safe: true,
  },
  {
    rule: 'cut-off',
    text: `[\n  ${GOOD},\n  {"question": "c?", "answer": "to b`,
    fixed: `[\n  ${GOOD},\n  {"question": "c?", "answer": "to b"}\n]`,
    safe: false,
  },
  {
    rule: 'cut-off',
    text: `[\n  ${GOOD},\n  {"question": "c?", "answer": "to b`,
    fixed: `[\n  ${GOOD}\n]`,
    safe: false,
    choice: 1,
  },
  {
    rule: 'cut-off',
    text: '[{"question": "c?", "answer": "\\u00',
    fixed: '[{"question": "c?", "answer": ""}]',
    safe: false,
  },
  {
    rule: 'cut-off',
    text: `[\n${GOOD},\n{"question": "c?",`,
    fixed: `[\n${GOOD},\n{"question": "c?"}\n]`,
    safe: false,
  },
  { rule: 'cut-off', text: `[\n${GOOD},\n`, fixed: `[\n${GOOD}\n]\n`, safe: true },
  {
    rule: 'cut-off',
    text: '[\r\n  {\r\n    "question": "c?",\r\n    "answer": "to b\r\n',
    fixed: '[\r\n  {\r\n    "question": "c?",\r\n    "answer": "to b"\r\n  }\n]\r\n',
    safe: false,
  },
  {
    rule: 'cut-off',
    text: '[\n  {\n    "messages": [\n      {\n        "role": "user",\n        "content": "a?"\n      },\n      {"role": "assis',
    fixed:
      '[\n  {\n    "messages": [\n      {\n        "role": "user",\n        "content": "a?"\n      },\n      {"role": "assis"}\n    ]\n  }\n]',
    safe: false,
  },
  {
    rule: 'unquoted-text',
    text: '[{question: "a?", "answer": "b"}]',
    fixed: `[${GOOD}]`,
    safe: true,
  },
  { rule: 'unquoted-text', text: '[{"question": a?, "answer": "b"}]', fixed: `[${GOOD}]`, safe: false },
  {
    rule: 'unquoted-text',
    text: '[{"question": Is it "here"?", "answer": "b"}]',
    fixed: '[{"question": "Is it \\"here\\"?", "answer": "b"}]',
    safe: false,
  },
  {
    rule: 'unclosed-text',
    text: '[\n{"question": "a?", "answer": "b},\n{"question": "c?", "answer": "d"}]',
    fixed: '[\n{"question": "a?", "answer": "b"},\n{"question": "c?", "answer": "d"}]',
    safe: false,
  },
  {
    rule: 'missing-value',
    text: '[{"question": "a?", "answer":}]',
    fixed: '[{"question": "a?", "answer": ""}]',
    safe: false,
  },
  {
    rule: 'missing-value',
    text: '[{"question": "a?", "answer"}]',
    fixed: '[{"question": "a?", "answer": ""}]',
    safe: false,
  },
  {
    rule: 'invalid-value',
    text: '[{"question": "a?", "answer": "b", "agency": None}]',
    fixed: '[{"question": "a?", "answer": "b", "agency": null}]',
    safe: false,
  },
  {
    rule: 'invalid-value',
    text: '[{"question": "a?", "answer": 007}]',
    fixed: '[{"question": "a?", "answer": "007"}]',
    safe: false,
  },
  {
    rule: 'wrong-type',
    text: '[{"question": "a?", "answer": 2.5}]',
    fixed: '[{"question": "a?", "answer": "2.5"}]',
    safe: true,
  },
  {
    rule: 'wrong-type',
    text: '[{"question": "a?", "answer": true}]',
    fixed: '[{"question": "a?", "answer": "true"}]',
    safe: false,
  },
  {
    rule: 'unknown-role',
    text: '[{"messages": [{"role": "User", "content": "a?"}, {"role": "assistant", "content": "b"}]}]',
    fixed: '[{"messages": [{"role": "user", "content": "a?"}, {"role": "assistant", "content": "b"}]}]',
    safe: true,
  },
  {
    rule: 'invalid-escape',
    text: `[{"question": "it\\'s?", "answer": "b"}]`,
    fixed: `[{"question": "it's?", "answer": "b"}]`,
    safe: true,
  },
  {
    rule: 'invalid-escape',
    text: '[{"question": "C:\\Data?", "answer": "b"}]',
    fixed: '[{"question": "C:\\\\Data?", "answer": "b"}]',
    safe: false,
  },
  {
    rule: 'control-character',
    text: '[{"question": "a\tb\n c?", "answer": "b"}]',
    fixed: '[{"question": "a\\tb\\n c?", "answer": "b"}]',
    safe: true,
  },
  {
    rule: 'wrong-bracket',
    text: `[{"question": "a?", "answer": "b"], ${GOOD}]`,
    fixed: `[${GOOD}, ${GOOD}]`,
    safe: false,
  },
  { rule: 'wrong-bracket', text: `${GOOD},\n${GOOD}]`, fixed: `[${GOOD},\n${GOOD}]`, safe: false },
  {
    rule: 'duplicate-key',
    text: '[{"question": "a?", "answer": "b", "answer": "c"}]',
    fixed: '[{"question": "a?", "answer": "c"}]',
    safe: false,
  },
  {
    rule: 'duplicate-key',
    text: '[{"question": "a?", "answer": "b", "answer": "c"}]',
    fixed: `[${GOOD}]`,
    safe: false,
    choice: 1,
  },
  { rule: 'misspelt-key', text: '[{"question": "a?", "anwser": "b"}]', fixed: `[${GOOD}]`, safe: false },
  { rule: 'misspelt-key', text: '[{"Question": "a?", "answer": "b"}]', fixed: `[${GOOD}]`, safe: true },
];

describe('the repairs of JSON', () => {
  for (const { rule, text, fixed, safe, choice = 0 } of CASES) {
    it(`${rule}: ${text.slice(0, 60).replaceAll('\n', '⏎')} (${choice})`, () => {
      const finding = findings(text).find((one) => one.rule === rule);
      const fix = finding?.fixes[choice];
      assert.ok(fix, `no fix of ${rule} in ${JSON.stringify(findings(text).map((f) => f.rule))}`);
      const result = applied(text, fix);
      assert.equal(result, fixed);
      assert.doesNotThrow(() => JSON.parse(result) as unknown);
      assert.equal(fix.safe, safe);
      assert.deepEqual(
        findings(result).filter((one) => one.rule === rule),
        [],
      );
    });
  }
  it('places the edits of a later example in a long file', () => {
    const text = `[\n${`${GOOD},\n`.repeat(20_000)}{"question": "z?" "answer": "b"}\n]`;
    const fix = findings(text).find((one) => one.rule === 'missing-comma')!.fixes[0]!;
    assert.equal(applied(text, fix), text.replace('"z?" "', '"z?", "'));
  });
});
