import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describe, useOf, visibleText } from './token-use';

const token = { id: 7, text: 'a', trained: true, special: false, cut: false };

it('a token that is cut is neither trained nor masked', () => {
  assert.deepEqual([token, { ...token, trained: false }, { ...token, cut: true }].map(useOf), [
    'trained',
    'masked',
    'cut',
  ]);
});

it('white space and half characters are made visible', () => {
  assert.equal(visibleText(' a\tb\r\n'), '·a⇥b␍⏎');
  assert.equal(visibleText(''), '▯');
});

it('a token is told in words', () => {
  assert.equal(describe(token, 1233), 'Token 1,234: "a", id 7, trained');
  const half = { ...token, text: '', trained: false, special: true };
  assert.equal(describe(half, 0), 'Token 1: part of the character that follows, id 7, masked, special');
});
