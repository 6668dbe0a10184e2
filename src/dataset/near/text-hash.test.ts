import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { createRandom } from '../../base/random';
import { HashedPairs } from './hashed-pairs';
import { normaliseText } from '../normalise';
import { hashTexts } from './text-hash';

const PIECES = [
  'a',
  'A',
  ' ',
  '  ',
  '\n',
  '\u00a0',
  '\u2003',
  '\ufeff',
  'é',
  'e\u0301',
  'É',
  'Ẹ̀',
  'ẹ̀',
  'İ',
  'ΑΣ',
  'ας',
  'Й',
  'и\u0306',
  '₦',
  '😀',
  '北',
  '\u212b',
  'å',
  'ſ',
  '1',
];

describe('hashTexts', () => {
  it('takes texts for the same exactly when their normalised forms are', () => {
    const random = createRandom(17);
    const places = new HashedPairs();
    const seen = new Map<string, number>();
    let repeated = 0;
    for (let line = 1; line <= 20_000; line++) {
      const text = Array.from({ length: 1 + random.below(4) }, () => PIECES[random.below(PIECES.length)]!).join('');
      const key = normaliseText(text);
      const first = seen.get(key);
      const twin = places.put(hashTexts([text]), line, 1);
      assert.equal(twin?.[0], first, JSON.stringify([text, key]));
      if (first === undefined) seen.set(key, line);
      else repeated++;
    }
    assert.ok(repeated > 1000 && seen.size > 1000);
  });
});
