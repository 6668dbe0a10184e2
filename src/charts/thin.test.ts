import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bandOf, visiblePoints } from './thin';

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

describe('the band of a long curve', () => {
  const x = Float64Array.from({ length: 100_000 }, (_, at) => at + 1);
  const y = x.map((step) => 1 + Math.sin(step / 3000) + ((step * 7919) % 97) / 50);
  y[41_234] = 9;
  y[60_000] = NaN;
  y[60_001] = Infinity;
  y[70_000] = -4;

  it('is the lowest and the highest value of each pixel', () => {
    const band = bandOf(x, y, 1, 100_000, 600)!;
    assert.equal(band.x.length, 1202); // The last step begins a pixel of its own.
    assert.ok(band.x.every((at, i) => i === 0 || at > band.x[i - 1]!));
    const width = 99_999 / 600;
    const inside = Array.from({ length: 601 }, (): number[] => []);
    for (const [at, value] of y.entries()) {
      if (Number.isFinite(value)) inside[Math.floor((x[at]! - 1) / width)]!.push(value);
    }
    for (const [pixel, values] of inside.entries()) {
      assert.deepEqual(band.y.slice(2 * pixel, 2 * pixel + 2), [Math.min(...values), Math.max(...values)]);
      assert.ok(band.x[2 * pixel]! >= 1 + pixel * width && band.x[2 * pixel + 1]! <= 1 + (pixel + 1) * width);
    }
  });

  it('leaves out what a logarithmic scale has not', () => {
    assert.ok(bandOf(x, y, 1, 100_000, 600)!.y.includes(-4));
    assert.ok(bandOf(x, y, 1, 100_000, 600, 0)!.y.every((value) => value > 0));
    assert.deepEqual(
      bandOf(
        x,
        y.map(() => NaN),
        1,
        100_000,
        600,
      ),
      { x: [], y: [] },
    );
  });

  it('is none where the points can be told apart', () => {
    assert.equal(bandOf(x, y, 1000.5, 2000.5, 600), undefined);
    assert.equal(bandOf(new Float64Array(), new Float64Array(), 0, 1, 600), undefined);
  });
});
