import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable, shortened } from './printable';

describe('text for a terminal', () => {
  it('has no control character, and reads as before', () => {
    assert.equal(
      printable('a\u001b[31m\r\nb\u0085\u009b\u202ec\u2066\u200f\u061c\u2028\u007f\t'),
      String.raw`a\u001b[31m\u000d\u000ab\u0085\u009b\u202ec\u2066\u200f\u061c\u2028\u007f\u0009`,
    );
    assert.equal(printable('\ufeffa\u200bb\u2060'), String.raw`\ufeffa\u200bb\u2060`);
    const plain = 'Ọ̀yọ́, 日本語, العربية, 👩🏽‍🚀: "quoted" \\ 50%';
    assert.equal(printable(plain), plain);
  });

  it('is still the same JSON', () => {
    const value = { a: 'x\u001b\u202e\u0085\n', b: ['\u2028'] };
    const text = printable(JSON.stringify(value));
    assert.doesNotMatch(text, /[\p{Cc}\u202e\u2028]/u);
    assert.deepEqual(JSON.parse(text), value);
  });

  it('is cut between characters, and says how much is missing', () => {
    assert.equal(shortened('abc', 3), 'abc');
    assert.equal(shortened('abcd', 3), 'abc... (1 more characters)');
    assert.equal(shortened(`a😀${'b'.repeat(2000)}`, 2), 'a... (2,002 more characters)');
  });
});
