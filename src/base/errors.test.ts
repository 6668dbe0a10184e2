import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatError, SftError } from './errors';

it('an error is one line, whatever names and values are in it', () => {
  const error = new SftError('unreadable', 'is damaged: "a\u202eb\u2066" cannot be\nwarning: all is well', {
    file: '/data/x\u001b[2J.json',
    line: 3,
    remedy: 'put \u200bit back',
  });
  assert.equal(
    formatError(error),
    '/data/x\\u001b[2J.json:3 is damaged: "a\\u202eb\\u2066" cannot be\\u000awarning: all is well - put \\u200bit back',
  );
});
