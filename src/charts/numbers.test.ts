import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { duration, measured, memory, round } from './numbers';

describe('numbers for people', () => {
  it('keeps the digits that matter', () => {
    assert.deepEqual([0, 2.34161, 0.0123456, 0.0002, 0.000123456, 12.3456, 1234.5, NaN].map(measured), [
      '0',
      '2.3416',
      '0.0123',
      '2e-4',
      '1.23e-4',
      '12.35',
      '1,235',
      '–',
    ]);
  });

  it('writes round values without zeros', () => {
    assert.deepEqual([0, 0.05, 5, 10, 400, 0.1 + 0.2, 2e-5, 2000].map(round), [
      '0',
      '0.05',
      '5',
      '10',
      '400',
      '0.3',
      '2e-5',
      '2,000',
    ]);
  });

  it('tells memory and time in readable units', () => {
    assert.deepEqual([5_000_000, 874_512_384, 2_480_343_122].map(memory), ['4.8 MB', '834 MB', '2.31 GB']);
    assert.deepEqual([0.4, 41, 59.7, 200, 7500, 356_400].map(duration), [
      '0 s',
      '41 s',
      '1 min 00 s',
      '3 min 20 s',
      '2 h 05 min',
      '4 d 3 h',
    ]);
  });
});
