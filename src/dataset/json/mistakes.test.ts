import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkText } from '../read';
import { quoted } from './mistakes';

it('text in a message is one line, short, and has nothing that cannot be seen', () => {
  assert.equal(quoted(' a\r\n\tb '), '"a b"');
  assert.equal(quoted('x'.repeat(41)), `"${'x'.repeat(39)}…"`);
  assert.equal(quoted('\ufeff'), String.raw`"\ufeff"`);
  assert.equal(quoted('\u001e{'), String.raw`"\u001e{"`);
});

it('a byte-order mark between two examples is named', () => {
  const example = '{"question": "q?", "answer": "a"}\n';
  const items = checkText('a.jsonl', `${example}\ufeff${example}`, []);
  const told = items.flatMap((item) => (item.type === 'finding' ? [item.finding.message] : []));
  assert.deepEqual(told, [String.raw`"\ufeff" is between two examples - remove it`]);
});
