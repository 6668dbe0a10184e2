import assert from 'node:assert/strict';
import { it } from 'node:test';
import { needUnicodeWords } from './choose-words';
import { scoreRouge } from './rouge';

it("keeps Google's words where they hold most of every answer", () => {
  assert.equal(needUnicodeWords([]), false);
  assert.equal(needUnicodeWords(['Bring your card.', '', '₦5,000 - !', 'Ça coûte 5 € à la mairie.']), false);
});

it('takes the words of every script where one answer is mostly written in other letters', () => {
  for (const answer of ['المكتب قرب السوق.', 'المكتب في شارع 12', '請在上午九點到', 'Ọ̀nà', 'να']) {
    assert.equal(needUnicodeWords(['Bring your card.', answer]), true, answer);
  }
});

it('scores texts of a-z and 0-9 the same either way, so that one answer in another script changes no other score', () => {
  const pair = ["Don't pay_twice: 5,000 naira at the C2 desk.", 'Pay 5,000 naira, not twice, at desk C2'] as const;
  assert.deepEqual(scoreRouge(...pair, { unicode: true }), scoreRouge(...pair));
});
