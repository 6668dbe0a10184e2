import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { visiblePoints } from './thin';

describe('thinning a curve for a drawing', () => {
  const x = Float64Array.from({ length: 100_000 }, (_, at) => at + 1);
  const y = Float64Array.from(x, (step) => Math.sin(step / 300));
  y[45_678] = 40;
  y[45_679] = -40;

  it('keeps every peak, in order, in few points', () => {
    const chosen = visiblePoints(x, y, 1, 100_000, 600);
    assert.ok(chosen.length <= 4 * 601, `${chosen.length} points`);
    assert.ok(chosen.includes(45_678) && chosen.includes(45_679));
    assert.ok(chosen.every((at, i) => i === 0 || at > chosen[i - 1]!));
    assert.equal(chosen[0], 0);
    assert.equal(chosen.at(-1), 99_999);
  });

  it('keeps one point beyond each side of a part', () => {
    const chosen = visiblePoints(x, y, 1000.5, 1010.5, 600);
    assert.deepEqual([chosen[0], chosen.at(-1)], [999, 1010]);
    const wide = visiblePoints(x, y, 10_000.5, 90_000.5, 100);
    assert.deepEqual([wide[0], wide.at(-1)], [9_999, 90_000]);
  });

  it('keeps all of a short curve, and nothing of an empty one', () => {
    assert.equal(visiblePoints(x.subarray(0, 60), y.subarray(0, 60), 1, 60, 600).length, 60);
    assert.deepEqual(visiblePoints(new Float64Array(), new Float64Array(), 0, 1, 600), []);
  });
});
