import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lossText } from './loss-text';

describe('lossText', () => {
  const losses = ['the system message', 'the tools', 'the first turns', 'the name', 'the weight', 'the id'].map(
    (what, at) => ({ what, examples: at + 1, line: 10 * at + 1 }),
  );

  it('names each loss with where it is first', () => {
    assert.equal(
      lossText(losses.slice(0, 2)),
      'the system message (1 example, first on line 1), the tools (2 examples, first on line 11)',
    );
  });

  it('counts those beyond the fourth', () => {
    assert.match(lossText(losses), /, the name \(4 examples, first on line 31\) and 2 more$/);
  });
});
