import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { secondsLeft } from './pace';

describe('time left', () => {
  it('follows the last steps, without pauses', () => {
    const slowThenFast = Float64Array.from({ length: 100 }, (_, at) =>
      at < 40 ? at * 9000 : 360_000 + (at - 40) * 500,
    );
    assert.equal(secondsLeft(slowThenFast, 140), 20);
    const paused = slowThenFast.map((time, at) => (at > 80 ? time + 3_600_000 : time));
    assert.equal(secondsLeft(paused, 140), 20);
  });

  it('counts the evaluations between steps', () => {
    const time = Float64Array.from({ length: 51 }, (_, at) => at * 1000 + Math.floor(at / 10) * 5000);
    assert.equal(secondsLeft(time, 61), 15);
  });

  it('is not known before there are two steps', () => {
    assert.equal(secondsLeft(Float64Array.of(5), 10), undefined);
  });
});
