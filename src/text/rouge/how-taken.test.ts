import assert from 'node:assert/strict';
import { it } from 'node:test';
import { estimateText } from './few';
import { lengthRows, takenText } from './how-taken';

const taken = {
  examples: 103,
  max_new_tokens: 96,
  stemmer: false,
  unicode: false,
  reference_words: 12.25,
  base: { cut: 97, answer_words: 71.5 },
  tuned: { cut: 2, answer_words: 13 },
};

it('says on how many examples, with which limit and by which words a score was taken', () => {
  assert.equal(
    takenText(taken),
    "103 held-out examples, answers of at most 96 tokens; mean F1 with its 95% interval, words of a-z and 0-9, Google's default, without the Porter stemmer.",
  );
  assert.match(
    takenText({ ...taken, unicode: true, stemmer: true }),
    /words of every script, with the Porter stemmer\.$/,
  );
});

it('sets the lengths of the answers beside those of the references, and counts the cut ones', () => {
  assert.deepEqual(lengthRows(taken), [
    ['words in an answer (12.3 in yours)', '71.5', '13.0'],
    ['cut at 96 tokens', '97', '2'],
  ]);
  const unknown = { cut: null, answer_words: null };
  assert.deepEqual(lengthRows({ ...taken, reference_words: null, base: unknown, tuned: unknown }), []);
});

it('gives a handful of examples no interval, also where an earlier version wrote one', () => {
  const estimate = { f1: 0.5, low: 0.3, high: 0.7 };
  assert.equal(estimateText(estimate, 30), '0.500 (0.300-0.700)');
  assert.equal(estimateText(estimate, 29), '0.500');
  assert.match(takenText({ ...taken, examples: 1 }), /^1 held-out example, .*; mean F1, .*So few examples tell little/);
});
