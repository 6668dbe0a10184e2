import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstRunSteps } from './first-run-steps';

/** A machine that takes so many seconds for a step, and a minute for what is done once. */
function machine(step: number): { readonly asked: number[]; readonly forecast: (steps: number) => Promise<number> } {
  const asked: number[] = [];
  const forecast = (steps: number): Promise<number> => {
    asked.push(steps);
    return Promise.resolve(60 + steps * step);
  };
  return { asked, forecast };
}

describe('the steps of a first run', () => {
  it('are one pass over the training examples where half an hour is enough', async () => {
    // GSM8K: 0.8 of 7,473 examples, eight in a step.
    const { asked, forecast } = machine(2);
    assert.deepEqual(await firstRunSteps(7473, forecast), { steps: 748, seconds: 60 + 748 * 2 });
    assert.deepEqual(asked, [748]);
  });

  it('are as many as half an hour allows where one pass takes longer', async () => {
    const { steps, seconds } = await firstRunSteps(7473, machine(4).forecast);
    assert.equal(steps, 430);
    assert.ok(Math.abs(seconds! - (60 + 430 * 4)) < 1e-6, `${seconds}`);
  });

  it('are 60 where even these take longer, with the time that they take', async () => {
    assert.deepEqual(await firstRunSteps(7473, machine(40).forecast), { steps: 60, seconds: 60 + 60 * 40 });
  });

  it('are 60 where one pass is shorter, or nothing is known, and nothing is measured for it', async () => {
    for (const examples of [100, 600, undefined]) {
      const { asked, forecast } = machine(1);
      assert.deepEqual(await firstRunSteps(examples, forecast), { steps: 60, seconds: undefined });
      assert.deepEqual(asked, []);
    }
    const unknown = (): Promise<undefined> => Promise.resolve(undefined);
    assert.deepEqual(await firstRunSteps(7473, unknown), { steps: 60, seconds: undefined });
  });
});
