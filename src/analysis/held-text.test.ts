import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { HeldText } from './held-text';

describe('HeldText', () => {
  it('is the text after any changes, in pieces that never tear \\r\\n apart', () => {
    const random = createRandom(3);
    const signs = ['a', '₦', '\r', '\n', '\r\n', '😀'];
    const some = (count: number): string =>
      Array.from({ length: count }, () => signs[random.below(signs.length)]!).join('');
    let text = some(200_000);
    const held = new HeldText(text);
    let most = 0;
    for (let round = 0; round < 60; round++) {
      const offset = random.below(text.length + 1);
      const length = Math.min(text.length - offset, random.below(round % 10 === 0 ? 150_000 : 20));
      const inserted = some(round % 7 === 0 ? 100_000 : random.below(5));
      text = text.slice(0, offset) + inserted + text.slice(offset + length);
      held.change({ offset, length, text: inserted });
      if (round % 5 === 0) held.shorten();
      assert.equal(held.length, text.length);
      const from = random.below(text.length + 1);
      assert.equal(held.slice(from, from + 70_000), text.slice(from, from + 70_000));
      const pieces = [...held.pieces(from)];
      assert.equal(pieces.join(''), text.slice(from));
      most = Math.max(most, pieces.length);
      for (const [i, piece] of pieces.entries()) {
        assert.ok(!(piece.endsWith('\r') && pieces[i + 1]?.startsWith('\n')));
      }
    }
    assert.ok(most > 2, `${most} pieces`);
    assert.equal(held.toString(), text);
  });

  it('is shortened without a change, whatever it is made of', () => {
    for (const sign of ['a', 'é', '’', '漢', '😀', '\ud83d', '\udc00']) {
      const text = `${'word '.repeat(40_000)}${sign.repeat(30_000)}${'₦ and more '.repeat(20_000)}`;
      const held = new HeldText(text);
      held.shorten();
      held.shorten();
      assert.equal(held.length, text.length);
      assert.equal(held.toString(), text);
      assert.equal(held.slice(199_990, 230_100), text.slice(199_990, 230_100));
    }
  });

  it('takes an empty text and one that becomes empty', () => {
    const held = new HeldText('');
    held.change({ offset: 0, length: 0, text: 'abc' });
    assert.equal(held.toString(), 'abc');
    held.change({ offset: 0, length: 3, text: '' });
    assert.deepEqual([held.length, held.toString(), [...held.pieces()].length], [0, '', 0]);
  });
});
