import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costText, retentionText } from './retention';

describe('what training cost in general knowledge, in words', () => {
  it('names both losses and the change with its sign', () => {
    assert.equal(retentionText({ base: 2.31, tuned: 2.36 }), 'general text: loss 2.31 to 2.36, +2%');
    assert.equal(retentionText({ base: 4.734, tuned: 4.601 }), 'general text: loss 4.73 to 4.60, −3%');
  });

  it('keeps small changes apart from none', () => {
    assert.deepEqual(
      [
        { base: 2, tuned: 2.0001 },
        { base: 2, tuned: 2.006 },
        { base: 2, tuned: 60 },
      ].map(costText),
      ['no change', '+0.3%', '+2,900%'],
    );
  });
});
