import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateTestState } from './rate-test';

const TESTED = { name: 'faq', file: '/w/sft.config.json', now: 2e-4 };

/** A test of so many steps, whose loss falls until the rate is 1e-3 and rises beyond it. */
function tested(steps: number): RateTestState {
  const state = new RateTestState(TESTED);
  for (let at = 0; at < steps; at++) {
    const rate = 1e-6 * 10 ** (at / 10);
    const far = Math.abs(Math.log10(rate) + 3);
    state.take({ type: 'point', step: at + 1, total: 60, rate, loss: 1 + far, start: 4 });
  }
  return state;
}

const RESULT = {
  type: 'result',
  suggested: 4e-4,
  lowest: { rate: 1e-3, loss: 1 },
  learning_rate: 2e-4,
  message: 'It fell.',
} as const;

describe('a test of learning rates in the editor', () => {
  it('has the curve so far while it works, and no suggestion', () => {
    const state = new RateTestState(TESTED);
    assert.deepEqual([state.shown().phase, state.shown().rates.length], ['working', 0]);
    state.take({ type: 'progress', message: 'waits for faq' });
    assert.equal(state.shown().message, 'Waits for faq');
    const shown = tested(40).shown();
    assert.deepEqual([shown.phase, shown.total, shown.rates.length, shown.smoothed.length], ['working', 60, 40, 40]);
    assert.deepEqual([shown.lowest, shown.suggested], [undefined, undefined]);
    assert.match(shown.message, /tries a higher rate/);
  });

  it('has what was found at the end', () => {
    const state = tested(45);
    state.take(RESULT);
    const { phase, message, lowest, suggested, now } = state.shown();
    assert.deepEqual([phase, message, lowest, suggested, now], ['done', 'It fell.', 1e-3, 4e-4, 2e-4]);
  });

  it('says how it ended, and ends once', () => {
    const stopped = tested(5);
    stopped.stop();
    stopped.fail('the test ended');
    assert.deepEqual([stopped.shown().phase, stopped.shown().rates.length], ['stopped', 5]);
    const failed = new RateTestState(TESTED);
    failed.fail('no memory');
    assert.deepEqual([failed.shown().phase, failed.shown().message], ['failed', 'no memory']);
    const done = tested(45);
    done.take(RESULT);
    done.stop();
    assert.equal(done.shown().phase, 'done');
  });
});
