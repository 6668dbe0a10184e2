import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest } from './nearest';

describe('nearest', () => {
  const verbs = ['validate', 'count', 'split', 'train', 'score', 'evaluate', 'chat'];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['trian', 'train'],
    ['valdate', 'validate'],
    ['eval', 'evaluate'],
    ['Count', 'count'],
    ['scores', 'score'],
    ['chatting', 'chat'],
    ['deploy', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ];
  for (const [word, expected] of cases) {
    it(`${word.slice(0, 10) || 'nothing'} -> ${expected ?? 'nothing'}`, () => {
      assert.equal(nearest(word, verbs), expected);
    });
  }
});
