import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SftError } from '../base/errors';
import { splitByPattern, type SplitBehavior } from './split-pattern';

const split = (behavior: SplitBehavior, invert = false): string[] =>
  splitByPattern('the-final--countdown', /-/gu, behavior, invert);

// The example of the tokenizers library's documentation of SplitDelimiterBehavior.
it('Split has the five behaviours of the tokenizers library', () => {
  assert.deepEqual(split('Removed'), ['the', 'final', 'countdown']);
  assert.deepEqual(split('Isolated'), ['the', '-', 'final', '-', '-', 'countdown']);
  assert.deepEqual(split('MergedWithPrevious'), ['the-', 'final-', '-', 'countdown']);
  assert.deepEqual(split('MergedWithNext'), ['the', '-final', '-', '-countdown']);
  assert.deepEqual(split('Contiguous'), ['the', '-', 'final', '--', 'countdown']);
});

it('invert exchanges matches and what lies between them', () => {
  assert.deepEqual(split('Removed', true), ['-', '-', '-']);
  assert.deepEqual(splitByPattern('ab12c', /[a-z]+/gu, 'Removed', true), ['ab', 'c']);
});

it('a run of letters that the engine of regular expressions cannot hold is an error, not a crash', () => {
  assert.throws(
    () => splitByPattern('日'.repeat(20_000_000), /\p{L}+/gu, 'Isolated', false),
    (error) => error instanceof SftError && error.code === 'text-run-too-long',
  );
});
