import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IdleClock } from './idle-clock';

describe('idle clock', () => {
  it('runs down while nothing is going on, from the end of the last', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let ended = 0;
    const clock = new IdleClock(2, () => ended++);
    t.mock.timers.tick(119_000);
    clock.begin();
    clock.begin();
    t.mock.timers.tick(500_000);
    clock.end();
    t.mock.timers.tick(500_000);
    assert.equal(ended, 0);
    clock.end();
    t.mock.timers.tick(119_999);
    assert.equal(ended, 0);
    t.mock.timers.tick(1);
    assert.equal(ended, 1);
  });

  it('never runs down with 0 minutes, nor once stopped', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let ended = 0;
    new IdleClock(0, () => ended++).begin();
    const clock = new IdleClock(1, () => ended++);
    clock.begin();
    clock.stop();
    clock.end();
    t.mock.timers.tick(1e9);
    assert.equal(ended, 0);
  });
});
