import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tokenizeForRouge } from './tokenize';

describe('ROUGE tokens', () => {
  it("keeps a-z and 0-9 only, Google's way", () => {
    assert.deepEqual(tokenizeForRouge("Nigeria's fee: ₦5,000 (e-mail)"), [
      'nigeria',
      's',
      'fee',
      '5',
      '000',
      'e',
      'mail',
    ]);
    assert.deepEqual(tokenizeForRouge('Ọ̀nà 護照'), ['n']);
    assert.deepEqual(tokenizeForRouge('\u212A'), ['k'], 'the Kelvin sign lower-cases into a-z');
    assert.deepEqual(tokenizeForRouge(' ,.\n'), []);
  });

  it('stems words longer than 3 letters and no others', () => {
    assert.deepEqual(tokenizeForRouge('Paying was used dies the fees', { stemmer: true }), [
      ...['pay', 'was', 'use', 'die', 'the', 'fee'],
    ]);
    assert.deepEqual(tokenizeForRouge('has fly', { stemmer: true }), ['has', 'fly']);
  });

  describe('with unicode', () => {
    const tokens = (text: string): string[] => tokenizeForRouge(text, { unicode: true });

    it('keeps diacritics, composed or not, as one spelling', () => {
      assert.deepEqual(tokens('Ọ̀NÀ'), tokens('o\u0323\u0300na\u0300'));
      assert.deepEqual(tokens('Ọ̀nà ₦5,000'), ['ọ̀nà', '5', '000']);
      assert.notDeepEqual(tokens('oko'), tokens('ọkọ'));
      assert.deepEqual(
        tokens('\u0130'),
        ['i\u0307'].map((word) => word.normalize('NFC')),
      );
    });

    it('keeps words of any script with their marks', () => {
      assert.deepEqual(tokens('رخصة القيادة، हिन्दी!'), ['رخصة', 'القيادة', 'हिन्दी']);
      assert.deepEqual(tokens('ΟΔΟΣ ٣٤ Ⅷ'), ['οδος', '٣٤', 'ⅷ']);
    });

    it('takes each character of scripts without spaces as a word', () => {
      assert.deepEqual(tokens('GPT4模型。パス'), ['gpt4', '模', '型', 'パ', 'ス']);
      assert.deepEqual(tokens('ที่นี่'), ['ที่', 'นี่']);
    });

    it('drops marks without a letter, and emoji', () => {
      assert.deepEqual(tokens('I❤\uFE0FLagos \u0301 😀'), ['i', 'lagos']);
    });

    it('leaves words alone that the English stemmer does not know the letters of', () => {
      assert.deepEqual(tokenizeForRouge('pays naïves', { unicode: true, stemmer: true }), ['pay', 'naïves']);
    });
  });
});
