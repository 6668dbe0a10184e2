import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftInGroup } from './free-memory';

test('pages of files that a control group holds can be dropped', () => {
  const stat = 'anon 300\nfile 650\nactive_file 500\ninactive_file 100\nslab_reclaimable 50\nslab_unreclaimable 20\n';
  assert.equal(leftInGroup('1000\n', '990\n', stat), 660);
  assert.equal(leftInGroup('1000\n', '990\n', ''), 10);
  assert.equal(leftInGroup('1000\n', '1200\n', ''), 0, 'more than its limit for a moment');
  assert.equal(leftInGroup('1000\n', '40\n', stat), 1000, 'counters are read one after the other');
});

test('the first version counts children in totals', () => {
  const stat = 'inactive_file 1\nactive_file 2\ntotal_inactive_file 100\ntotal_active_file 500\n';
  assert.equal(leftInGroup('1000\n', '900\n', stat), 700);
});

test('a control group without a limit says nothing', () => {
  assert.equal(leftInGroup('max\n', '990\n', 'inactive_file 100\n'), undefined);
  assert.equal(leftInGroup('', '', ''), undefined);
});
