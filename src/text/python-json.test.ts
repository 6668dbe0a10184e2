import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileTemplate } from './jinja';
import { PythonJson, withTexts } from './python-json';

/** What a template writes for a JSON. */
function written(template: string, json: string): string {
  return compileTemplate(template, 'x.jinja', new Date()).render({ value: new PythonJson(json) });
}

describe('JSON in templates', () => {
  // As Python 3.12 writes them: json.dumps, then str.
  const numbers = [
    ['1.0', '1.0', '1.0'],
    ['-0.0', '-0.0', '-0.0'],
    ['1e16', '1e+16', '1e+16'],
    ['1e15', '1000000000000000.0', '1000000000000000.0'],
    ['123456789012345678', '123456789012345678', '123456789012345678'],
    ['0.0001', '0.0001', '0.0001'],
    ['0.00001', '1e-05', '1e-05'],
    ['0.000123', '0.000123', '0.000123'],
    ['1.5e-7', '1.5e-07', '1.5e-07'],
    ['1e400', 'Infinity', 'inf'],
    ['-1e400', '-Infinity', '-inf'],
    ['12345.678', '12345.678', '12345.678'],
    ['-0', '0', '0'],
    ['1E2', '100.0', '100.0'],
  ] as const;
  for (const [json, dumped, text] of numbers) {
    it(`writes ${json} as Python does`, () => {
      assert.equal(written('{{ value | tojson }}', json), dumped);
      assert.equal(written('{{ value | string }}', `[${json}]`), `[${text}]`);
    });
  }

  const texts = [
    ["it's", '"it\'s"'],
    ['say "hi"', '\'say "hi"\''],
    ['it\'s "both"', "'it\\'s \"both\"'"],
    ['a\\b\n\t\r', "'a\\\\b\\n\\t\\r'"],
    ['\x00\x7f\xa0é', "'\\x00\\x7f\\xa0é'"],
    ['😀\u200b\u2028', "'😀\\u200b\\u2028'"],
    ['日本', "'日本'"],
  ] as const;
  it('writes texts within lists as Python does', () => {
    for (const [text, repr] of texts) {
      assert.equal(written('{{ value }}', JSON.stringify([text])), `[${repr}]`);
      assert.equal(written('{{ "" ~ value }}', JSON.stringify({ [text]: null })), `{${repr}: None}`);
    }
  });

  it('keeps the order of keys, numbers among them', () => {
    const json = '{"10": 1, "9": {"b": true, "a": []}}';
    assert.equal(written('{{ value | tojson }}', json), json);
    assert.equal(written('{{ value | string }}', json), "{'10': 1, '9': {'b': True, 'a': []}}");
    assert.equal(
      written('{{ value | tojson(indent=2) }}', json),
      '{\n  "10": 1,\n  "9": {\n    "b": true,\n    "a": []\n  }\n}',
    );
    assert.equal(
      written('{{ value | tojson(sort_keys=true, separators=(",", ":")) }}', '{"é": 1, "b": 2}'),
      '{"b":2,"é":1}',
    );
    assert.equal(written('{{ value | tojson(ensure_ascii=true) }}', '"é😀"'), '"\\u00e9\\ud83d\\ude00"');
  });

  it('does not join a text with an object', () => {
    assert.throws(() => written("{{ 'a' + value }}", '{}'), /cannot be joined/);
  });

  it('gives a filter the room that it asks for, whatever was filtered before it', () => {
    const template = '{% macro f(x) %}{{ x }}{% endmacro %}{{ value | length }} {{ f(100000) }}';
    assert.equal(written(template, '[1]'), '1 100000');
  });

  it('changes texts and keys, and leaves numbers as they are written', () => {
    assert.equal(
      withTexts('{"a": [1.0, "a", {"b": "a"}], "c":1e5}', (text) => text.replace('a', 'é"')),
      '{"é\\"": [1.0, "é\\"", {"b": "é\\""}], "c":1e5}',
    );
  });
});
