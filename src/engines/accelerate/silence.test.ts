import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SilenceWatch } from './silence';

describe('SilenceWatch', () => {
  it('says once that nothing was heard for ten steps, and again after it went on', () => {
    let clock = 0;
    const told: string[] = [];
    const watch = new SilenceWatch(
      (message) => told.push(message),
      () => clock,
    );
    watch.look();
    for (let i = 0; i < 5; i++) watch.heard({ type: 'step', seconds: 20 });
    clock += 199_000;
    watch.look();
    assert.deepEqual(told, []);
    clock += 2000;
    watch.look();
    watch.look();
    assert.equal(told.length, 1);
    assert.match(told[0]!, /nothing has been heard from Python for 201 s, a step takes 20 s/);
    watch.heard({ type: 'step', seconds: 20 });
    clock += 250_000;
    watch.look();
    assert.equal(told.length, 2);
  });

  it('lets short steps be followed by what takes a minute', () => {
    let clock = 0;
    const told: string[] = [];
    const watch = new SilenceWatch(
      (message) => told.push(message),
      () => clock,
    );
    watch.heard({ type: 'step', seconds: 0.1 });
    clock += 59_000;
    watch.look();
    assert.deepEqual(told, []);
  });
});
