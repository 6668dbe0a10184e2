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

  it('takes an empty text and one that becomes empty', () => {
    const held = new HeldText('');
    held.change({ offset: 0, length: 0, text: 'abc' });
    assert.equal(held.toString(), 'abc');
    held.change({ offset: 0, length: 3, text: '' });
    assert.deepEqual([held.length, held.toString(), [...held.pieces()].length], [0, '', 0]);
  });
});
