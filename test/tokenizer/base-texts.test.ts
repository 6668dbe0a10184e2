import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { AGENCIES } from '../../scripts/base-texts/services';
import { generateChat, generateTexts } from '../../scripts/base-texts';

const RUN = 9;

/** Runs of nine words, small letters, without punctuation; the full names of public bodies count as one word. */
function runs(text: string): string[] {
  let plain = text.toLowerCase();
  for (const name of Object.values(AGENCIES)) plain = plain.replaceAll(name.toLowerCase(), 'agency');
  const words = plain.match(/[\p{L}\p{N}₦,']*[\p{L}\p{N}]/gu) ?? [];
  return words.slice(RUN - 1).map((_, i) => words.slice(i, i + RUN).join(' '));
}

describe('generated base texts', () => {
  const texts = generateTexts(3, 2000);
  const chat = generateChat(3, 2000);

  it('are the same for the same seed and others for another seed', () => {
    assert.deepEqual(generateTexts(5, 50), generateTexts(5, 50));
    assert.deepEqual(generateChat(5, 50), generateChat(5, 50));
    assert.notDeepEqual(generateTexts(5, 50), generateTexts(6, 50));
  });

  it('repeat themselves in less than one case of a hundred', () => {
    assert.ok(new Set(texts).size > 1980);
    assert.ok(new Set(chat.map((pair) => `${pair.question}\n${pair.answer}`)).size > 1980);
  });

  it('keep their lengths, end in punctuation and leave no slot open', () => {
    for (const text of texts) {
      const words = text.split(' ').length;
      assert.ok(words >= 40 && words <= 110, text);
      assert.match(text, /[.!?]"?$/);
      assert.doesNotMatch(text, /[[\]{}|~]|undefined/);
    }
    for (const { question, answer } of chat) {
      assert.match(question, /[.?]$/);
      assert.match(answer, /[.!?]$/);
      assert.doesNotMatch(question + answer, /[[\]{}|~]|undefined/);
    }
  });

  it('share no run of nine words with an answer of the example sets', () => {
    const set = ['nigeria-services', 'service-desk'].flatMap(
      (name) => JSON.parse(readFileSync(`examples/${name}.json`, 'utf8')) as { answer: string }[],
    );
    const known = new Set(set.flatMap((example) => runs(example.answer)));
    const made = [...texts.slice(0, 1000), ...chat.slice(0, 1000).map((pair) => pair.answer)];
    assert.deepEqual(
      made.flatMap(runs).filter((run) => known.has(run)),
      [],
    );
  });
});
