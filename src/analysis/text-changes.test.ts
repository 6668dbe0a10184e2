import assert from 'node:assert/strict';
import { it } from 'node:test';
import { applyChanges } from './text-changes';

it('applies changes one after the other', () => {
  const changes = [
    { offset: 4, length: 1, text: 'XY' },
    { offset: 0, length: 2, text: '' },
    { offset: 4, length: 0, text: '!' },
  ];
  assert.equal(applyChanges('abcdef', changes), 'cdXY!f');
});
