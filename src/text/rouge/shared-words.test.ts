import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scoreRouge } from './rouge';
import { sharedWords } from './shared-words';
import { placedWords, tokenizeForRouge } from './tokenize';

const REFERENCE = 'Bring the form, and two photographs, to the office before noon.';

function marked(reference: string, answer: string, options = {}): string {
  const parts: string[] = [];
  let at = 0;
  for (const [start, end] of sharedWords(reference, answer, options)) {
    parts.push(answer.slice(at, start), '[', answer.slice(start, end), ']');
    at = end;
  }
  return parts.join('') + answer.slice(at);
}

describe('words that an answer shares with its reference', () => {
  it('are those of a common subsequence, as they are written in the answer', () => {
    const answer = 'TWO photographs - and a Form - to our office, noon';
    assert.equal(marked(REFERENCE, answer), '[TWO] [photographs] - and a Form - [to] our [office], [noon]');
    assert.equal(marked(REFERENCE, ''), '');
    assert.equal(marked('', 'a b'), 'a b');
  });

  it('are as many as ROUGE-L counts, with either choice of words and with stems', () => {
    const texts = [REFERENCE, 'The forms are brought to an office', 'Ọjọ́ mẹ́ta ni, form', '一 two 二 form'];
    for (const options of [{}, { unicode: true }, { stemmer: true }]) {
      for (const answer of texts) {
        for (const reference of texts) {
          assert.deepEqual(
            placedWords(answer, options).map(({ word }) => word),
            tokenizeForRouge(answer, options),
          );
          const { precision } = scoreRouge(reference, answer, options).rougeL;
          const shared = sharedWords(reference, answer, options).length;
          assert.equal(shared, Math.round(precision * tokenizeForRouge(answer, options).length));
        }
      }
    }
  });
});
