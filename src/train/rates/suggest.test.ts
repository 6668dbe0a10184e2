import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { atLeastOne } from '../../../test/at-least-one';
import { evenLosses, hasDiverged, smoothedCurve, type RatePoint } from './curve';
import { rateAt } from './range';
import { findSuggestion, rateText } from './suggest';

/** As scripts/make-rate-curves.mjs records them: a range test, and how runs at several rates ended. */
interface Recorded {
  readonly points: readonly (readonly [rate: number, loss: number, start: number])[];
  readonly runs: readonly (readonly [rate: number, validationLoss: number])[];
}

const FOLDER = 'src/train/rates/testdata';

function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) as Recorded;
}

function pointsOf({ points }: Recorded): RatePoint[] {
  return points.map(([rate, loss, start]) => ({ rate, loss, start }));
}

/** The validation loss of a run at a rate between recorded ones, linear in its logarithm. */
function lossAt(runs: Recorded['runs'], rate: number): number {
  const after = Math.max(
    1,
    runs.findIndex(([one]) => one >= rate),
  );
  const [[a, from], [b, to]] = [runs[after - 1]!, runs[after]!];
  return from + ((to - from) * Math.log(rate / a)) / Math.log(b / a);
}

describe('the suggested learning rate', () => {
  for (const name of atLeastOne(readdirSync(FOLDER))) {
    it(`keeps most of what the best rate gains: ${path.basename(name, '.json')}`, () => {
      const run = recorded(name);
      const { suggested, lowest } = findSuggestion(pointsOf(run));
      assert.ok(suggested !== undefined && lowest !== undefined);
      const start = run.points.reduce((sum, [, , loss]) => sum + loss, 0) / run.points.length;
      const best = Math.min(...run.runs.map(([, loss]) => loss));
      const kept = (start - lossAt(run.runs, suggested)) / (start - best);
      assert.ok(kept > 0.85, `${rateText(suggested)} keeps ${kept.toFixed(2)}`);
      // Twice as much is still no divergence.
      assert.ok(lossAt(run.runs, 2 * suggested) < start);
    });
  }

  it('is none where the loss falls at no rate, and says that a higher rate may be better where it falls to the end', () => {
    const range = { from: 1e-6, to: 1e-2, steps: 40 };
    const made = (loss: (step: number) => number): RatePoint[] =>
      Array.from({ length: 40 }, (_, step) => ({ rate: rateAt(range, step), loss: loss(step), start: 2 }));
    const flat = findSuggestion(made(() => 2));
    assert.deepEqual([flat.suggested, flat.lowest], [undefined, undefined]);
    assert.match(flat.text, /did not fall/);
    const falling = findSuggestion(made((step) => 2 - step / 40));
    assert.equal(falling.suggested, 5e-3);
    assert.match(falling.text, /a higher rate may be better/);
    assert.equal(findSuggestion([]).suggested, undefined);
  });
});

describe('the curve of a range test', () => {
  it('does not show which examples a step happened to see', () => {
    const points = [1, 2, 3, 4].map((start, step) => ({ rate: 1e-4, loss: start - step / 10, start }));
    assert.deepEqual(
      [...evenLosses(points)].map((loss) => Number(loss.toFixed(6))),
      [2.5, 2.4, 2.3, 2.2],
    );
  });

  it('is smoothed without falling behind', () => {
    const line = Float64Array.from({ length: 20 }, (_, at) => at);
    assert.deepEqual([...smoothedCurve(line)].slice(3, 17), [...line].slice(3, 17));
  });

  it('ends where the loss is half as high again three times in a row, and not at one odd batch', () => {
    const point = (loss: number): RatePoint => ({ rate: 1e-2, loss, start: 2 });
    assert.equal(hasDiverged([2, 9, 2, 3.1, 3.2].map(point)), false);
    assert.equal(hasDiverged([2, 3.1, 3.1, 3.1].map(point)), true);
  });

  it('goes through its rates in even factors, both ends included', () => {
    const rates = [0, 1, 2, 3, 4].map((step) => rateAt({ from: 1e-6, to: 1e-2, steps: 5 }, step));
    assert.deepEqual(rates.map(rateText), ['1e-6', '1e-5', '1e-4', '1e-3', '1e-2']);
  });
});
