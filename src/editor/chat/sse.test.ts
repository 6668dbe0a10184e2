import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SseParser } from './sse';

function read(...pieces: string[]): string[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

describe('server-sent events', () => {
  it('are their data, one after the other', () => {
    assert.deepEqual(read('data: {"a":1}\n\ndata:two\n\ndata: [DONE]\n\n'), ['{"a":1}', 'two', '[DONE]']);
  });

  it('may come in pieces of any size, with any line ends', () => {
    for (const eol of ['\n', '\r\n', '\r']) {
      const stream = `\ufeff: hello\ndata: one\ndata: more\n\nevent: x\nid: 3\ndata\n\ndata: ₦ two\n\n`;
      // A last \r alone does not end its line yet: \n may follow.
      const text = `${stream.replaceAll('\n', eol)}:\n`;
      const expected = ['one\nmore', '', '₦ two'];
      assert.deepEqual(read(text), expected);
      assert.deepEqual(read(...text.split(/(?:)/u)), expected, JSON.stringify(eol));
    }
  });

  it('are not there before their empty line', () => {
    assert.deepEqual(read('data: half\n'), []);
    assert.deepEqual(read('retry: 5\n\n'), []);
  });

  it('must end', () => {
    const parser = new SseParser();
    assert.throws(() => {
      for (let piece = 0; piece < 100; piece++) parser.push('x'.repeat(100_000));
    }, RangeError);
  });
});
