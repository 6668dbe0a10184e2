import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { AddedTokenSplitter, type AddedToken } from './added-tokens';

const token = (content: string, id: number): AddedToken => ({
  id,
  content,
  special: false,
  singleWord: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
});

/** Leftmost, then longest, looked for at every place. */
function slowly(text: string, contents: readonly string[]): string[] {
  const parts: string[] = [];
  let done = 0;
  for (let at = 0; at < text.length;) {
    const found = contents.filter((content) => text.startsWith(content, at)).sort((a, b) => b.length - a.length)[0];
    if (found === undefined) {
      at++;
      continue;
    }
    if (at > done) parts.push(text.slice(done, at));
    parts.push(`=${found}`);
    at += found.length;
    done = at;
  }
  return done < text.length ? [...parts, text.slice(done)] : parts;
}

describe('added tokens', () => {
  it('are found leftmost first, the longest of those that start there', () => {
    const random = createRandom(7);
    const word = (most: number): string =>
      Array.from({ length: 1 + random.below(most) }, () => 'ab .|'[random.below(5)]!).join('');
    for (let round = 0; round < 500; round++) {
      const contents = [...new Set(Array.from({ length: 1 + random.below(8) }, () => word(5)))];
      const splitter = new AddedTokenSplitter(
        contents.map((content, id) => [content, token(content, id)]),
        'tokenizer.json',
      );
      const text = word(40);
      const parts = splitter.split(text).map((part) => ('token' in part ? `=${part.token.content}` : part.text));
      assert.deepEqual(parts, slowly(text, contents), JSON.stringify({ contents, text }));
    }
  });
});
