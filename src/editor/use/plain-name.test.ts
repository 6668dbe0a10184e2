import assert from 'node:assert/strict';
import { it } from 'node:test';
import { plainName } from './plain-name';

it('a name for files, without what a program takes for an option', () => {
  const names = ['#1 faq', '#12 Ìrànlọ́wọ́ 2, step 40', '--help', '..', '日本'].map((name) => plainName(name));
  assert.deepEqual(names, ['1-faq', '12-Ìrànlọ́wọ́-2-step-40', 'help', 'model', '日本']);
  assert.equal(plainName('#1 日本', /[^\w.-]+/g), '1');
});
