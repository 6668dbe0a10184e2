import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { meanGain } from './bootstrap';
import { headline, nextText, scoreText, type Outcome } from './headline';

const outcome = (examples: number, base: number, tuned: number, gain?: Outcome['gain']): Outcome => ({
  examples,
  base: { loss: 4.812, rougeL: { f1: base } },
  tuned: { loss: 3.104, rougeL: { f1: tuned } },
  ...(gain === undefined ? {} : { gain }),
});

describe('the headline of a run', () => {
  it('says loss and ROUGE-L before and after, on how many questions, and how sure', () => {
    assert.equal(
      headline(outcome(51, 0.123, 0.164, { mean: 0.041, low: 0.02, high: 0.06 })),
      'Test loss 4.81 to 3.10, ROUGE-L 0.12 to 0.16 on 51 test questions: better, and more than chance explains.',
    );
    assert.match(headline(outcome(51, 0.2, 0.1, { mean: -0.1, low: -0.2, high: -0.05 })), /: worse, and more than/);
    assert.match(headline(outcome(51, 0.2, 0.21, { mean: 0.01, low: -0.01, high: 0.03 })), /may be chance\.$/);
  });

  it('claims nothing of a handful of questions, nor of what was not measured', () => {
    assert.match(headline(outcome(1, 0.1, 0.9, { mean: 0.8, low: null, high: null })), /on 1 test question: too few/);
    assert.match(headline(outcome(51, 0.1, 0.9)), /on 51 test questions\.$/);
    assert.match(headline(outcome(51, 0.1, 0.9, null)), /on 51 test questions\.$/);
  });

  it('says what to do next, another thing for a run that became worse', () => {
    const better = nextText(outcome(51, 0.1, 0.2, { mean: 0.1, low: 0.05, high: 0.15 }));
    const worse = nextText(outcome(51, 0.2, 0.1, { mean: -0.1, low: -0.15, high: -0.05 }));
    assert.match(better, /export it/);
    assert.match(worse, /lower learning_rate/);
  });

  it('is short in a list, with the sign of the gain', () => {
    assert.equal(scoreText(outcome(51, 0.123, 0.164)), 'ROUGE-L 0.16 (+0.04)');
    assert.equal(scoreText(outcome(51, 0.2, 0.1)), 'ROUGE-L 0.10 (−0.10)');
    assert.equal(scoreText(outcome(51, 0.201, 0.2)), 'ROUGE-L 0.20 (+0.00)');
  });
});

describe('the gain of the same questions', () => {
  it('is sure where every question gains a little, though the questions differ widely', () => {
    const before = Array.from({ length: 40 }, (_, i) => i / 50);
    const { mean, low, high } = meanGain(
      before,
      before.map((score) => score + 0.02),
      1,
    );
    assert.ok(Math.abs(mean - 0.02) < 1e-12);
    assert.ok(low !== null && high !== null && low > 0.0199 && high < 0.0201, `${low} to ${high}`);
  });

  it('holds 0 where as many gain as lose, and has no interval of a few', () => {
    const before = Array.from({ length: 40 }, () => 0.5);
    const after = before.map((score, i) => score + (i % 2 === 0 ? 0.1 : -0.1));
    const { low, high } = meanGain(before, after, 1);
    assert.ok(low !== null && high !== null && low < 0 && high > 0);
    assert.deepEqual(meanGain([0.1, 0.2], [0.2, 0.4], 1), { mean: 0.15000000000000002, low: null, high: null });
  });
});
