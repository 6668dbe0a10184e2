import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { numberOption } from './option-values';

describe('a number option', () => {
  const whole = (text: string): number => numberOption({ n: text }, 'n', 7, { min: 0, max: 5000, integer: true });
  const real = (text: string): number => numberOption({ n: text }, 'n', 7, { min: 0 });

  it('is read as a person writes numbers', () => {
    assert.deepEqual(['0', '12', '+3', '007'].map(whole), [0, 12, 3, 7]);
    assert.deepEqual(['0', '0.5', '.5', '1e-3', '2.'].map(real), [0, 0.5, 0.5, 0.001, 2]);
    assert.equal(numberOption({}, 'n', 7, { min: 0 }), 7);
  });

  it('is refused with what is wanted in every other form, though JavaScript would take it', () => {
    for (const text of ['1e3', '0x10', '0b1', '4.0', ' 4', '', '1_000', 'Infinity', '5001', '-1']) {
      assert.throws(
        () => whole(text),
        (error) => error instanceof SftError && /^--n is ".*", not a whole number from 0 to 5000$/.test(error.message),
        text,
      );
    }
    for (const text of ['0x10', '', 'Infinity', '1e999', '0.5 ', 'NaN', '1,5'])
      assert.throws(() => real(text), SftError, text);
  });
});
