import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nameForBlanks, namedPhi3 } from './taken-blanks';

it('a model is named so that llama.cpp takes in blanks where its tokenizer does, and nowhere else', () => {
  const names: readonly (readonly [name: string, takes: string, keeps: string])[] = [
    ['faq', 'faq (Phi-3)', 'faq'],
    ['Phi-3-mini', 'Phi-3-mini', 'Phi 3-mini'],
    ['after-phi3 and PHI-3', 'after-phi3 and PHI-3', 'after-phi 3 and PHI 3'],
  ];
  for (const [name, takes, keeps] of names) {
    assert.deepEqual([nameForBlanks(name, true), nameForBlanks(name, false)], [takes, keeps]);
    assert.ok(namedPhi3(takes) && !namedPhi3(keeps));
  }
});
