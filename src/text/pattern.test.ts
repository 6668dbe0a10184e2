import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { createNormalizer } from './normalizer';
import { createPattern } from './pattern';
import { createPreTokenizer } from './pre-tokenizer';

const refused =
  (reason: RegExp) =>
  (error: unknown): boolean =>
    error instanceof SftError && error.file === 'tokenizer.json' && reason.test(error.message);

describe('a pattern of a tokenizer', () => {
  it('is ended where it takes exponential time, and used again afterwards', () => {
    const split = createPreTokenizer(
      { type: 'Split', pattern: { Regex: '(a+)+b|.' }, behavior: 'Isolated', invert: false },
      'tokenizer.json',
    );
    assert.throws(() => split.split('a'.repeat(60), true), refused(/takes too long/));
    assert.deepEqual(split.split('xaab', true), ['x', 'aab']);
  });

  it('may be as slow as it likes where its time is in proportion to the text', () => {
    const { regex, run } = createPattern({ Regex: '[^ ]+ ?' }, 'tokenizer.json');
    const text = 'word '.repeat(500_000);
    assert.equal(run(text.length, () => text.match(regex))?.length, 500_000);
  });

  it('is refused where the engine cannot take it', () => {
    for (const Regex of ['[', '(?<', '\\p{Nope}']) {
      assert.throws(() => createPattern({ Regex }, 'tokenizer.json'), refused(/cannot be used here/));
    }
    assert.throws(() => createPattern({}, 'tokenizer.json'), refused(/unknown pattern/));
    const { regex, run } = createPattern({ String: 'x'.repeat(200_000) }, 'tokenizer.json');
    assert.throws(() => run(1, () => 'y'.search(regex)), refused(/too large/));
  });
});

describe('a normalizer', () => {
  it('may not make a long text of a short one', () => {
    const double = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
    const normalize = createNormalizer(
      { type: 'Sequence', normalizers: new Array(40).fill(double) },
      'tokenizer.json',
    )!;
    assert.throws(() => normalize('a'), refused(/32 times/));
    assert.equal(normalize('b'), 'b');
    const prefix = createNormalizer({ type: 'Prepend', prepend: 'x'.repeat(20_000) }, 'tokenizer.json')!;
    assert.throws(() => prefix('a'), refused(/32 times/));
  });

  it('may grow a text as Unicode does', () => {
    const normalize = createNormalizer({ type: 'NFKD' }, 'tokenizer.json')!;
    assert.equal(normalize('\ufdfa'.repeat(10_000)).length, 180_000);
  });
});
