import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { scheduleFactor, warmupLength, type SchedulerType } from './schedule';

interface Recorded {
  readonly lr_scheduler_type: SchedulerType;
  readonly max_steps: number;
  readonly warmup_steps: number;
  readonly learning_rate: number;
  readonly rates: readonly number[];
}

describe('learning rate schedules', () => {
  it('equal the rates recorded from transformers', () => {
    const recorded = JSON.parse(readFileSync('test/reference/schedules.json', 'utf8')) as Recorded[];
    assert.ok(recorded.length >= 6);
    for (const recording of recorded) {
      const { lr_scheduler_type: type, max_steps: total, warmup_steps: warmup, learning_rate: peak, rates } = recording;
      assert.equal(rates.length, total);
      rates.forEach((rate, step) => {
        const ours = peak * scheduleFactor(type, step, total, warmup);
        assert.ok(
          Math.abs(ours - rate) <= 1e-12 + 1e-9 * rate,
          `${type} T=${total} w=${warmup} step ${step}: ${ours} for ${rate}`,
        );
      });
    }
  });

  it('take warmup_steps, or else the share warmup_ratio rounded up', () => {
    assert.equal(warmupLength(60, 5, 0.5), 5);
    assert.equal(warmupLength(61, 0, 0.1), 7);
    assert.equal(warmupLength(60, 0, 0), 0);
  });
});
