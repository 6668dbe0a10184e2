import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StopStrings } from './stop-strings';

function all(stops: readonly string[], pieces: readonly string[]): { text: string; stopped: boolean } {
  const matcher = new StopStrings(stops);
  const text = pieces.map((piece) => matcher.push(piece)).join('') + matcher.end();
  return { text, stopped: matcher.stopped };
}

describe('stop strings', () => {
  it('end the text before the first of them, however it is cut into pieces', () => {
    const text = 'one two\n\nthree END four';
    const stops = ['END', '\n\n\n', 'three EN!'];
    for (let a = 0; a <= text.length; a++) {
      for (let b = a; b <= text.length; b++) {
        const pieces = [text.slice(0, a), text.slice(a, b), text.slice(b)];
        assert.deepEqual(all(stops, pieces), { text: 'one two\n\nthree ', stopped: true }, JSON.stringify(pieces));
      }
    }
  });

  it('take the one that is complete first; of two that end together, the longer', () => {
    for (const pieces of [['xab', 'cd'], ['xabcd'], ['x', 'a', 'b', 'c', 'd']]) {
      assert.deepEqual(all(['bc', 'abcd'], pieces), { text: 'xa', stopped: true });
      assert.deepEqual(all(['cd', 'bcd'], pieces), { text: 'xa', stopped: true });
    }
  });

  it('give back what only looked like the beginning of one', () => {
    assert.deepEqual(all(['aab'], ['a', 'a', 'a', 'c', 'aa']), { text: 'aaacaa', stopped: false });
    const matcher = new StopStrings(['aab']);
    assert.deepEqual([matcher.push('xa'), matcher.push('a'), matcher.push('a')], ['x', '', 'a']);
    assert.equal(matcher.push('b!'), '');
    assert.equal(matcher.stopped, true);
  });

  it('hold nothing back where there are none', () => {
    assert.equal(new StopStrings([]).push('text'), 'text');
  });
});
