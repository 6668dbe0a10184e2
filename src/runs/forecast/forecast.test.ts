import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Forecast } from './forecast';
import type { ForecastPlan } from './plan';
import { timeParts } from './time-parts';

const PLAN: ForecastPlan = {
  totalSteps: 100,
  step: 0,
  evalSteps: 20,
  saveSteps: 50,
  retentionWork: 0,
  updateWork: 100,
  validationWork: 1000,
  lossWork: 0,
  trainedWeights: 0,
  samples: undefined,
  test: {
    questions: Array.from({ length: 32 }, () => ({ prompt: 30, reference: 10 })),
    maxNewTokens: 100,
    atOnce: 16,
    pace: { prompt: 0.001, step: 0.05, row: 0.01, lengths: [100] },
    scoringWork: 32 * 40,
    tokenWork: 1,
  },
};

/** A machine on which everything takes what it is told to, and the seconds that it really took from each step on. */
class Played {
  ms = 0;
  readonly told = new Map<number, number>();
  readonly at = new Map<number, number>();
  readonly forecast: Forecast;

  constructor(
    readonly plan: ForecastPlan,
    earlier: readonly number[] = [],
  ) {
    this.forecast = new Forecast(plan, earlier, () => this.ms);
  }

  wait(seconds: number): void {
    this.ms += 1000 * seconds;
  }

  /** A multiplication of a step takes 10 ms, one of scoring 4 ms. @returns seconds it took in all */
  run({ first = 1, answer = [5.5 + 16 + 0.48, 1.5 + 0.5 + 0.48] as readonly [number, number] } = {}): number {
    const { plan, forecast } = this;
    for (let step = plan.step + 1; step <= plan.totalSteps; step++) {
      this.wait(step === 1 ? first : 1);
      forecast.stepped(step);
      this.note(step);
      if (step % 20 === 0) {
        forecast.begin('validating');
        this.wait(4);
        forecast.validated();
      }
      if (step % 50 === 0) {
        forecast.begin('saving');
        this.wait(2);
        forecast.saved();
      }
    }
    forecast.begin('saving');
    forecast.begin('evaluating');
    for (const [at, model] of (['base', 'tuned'] as const).entries()) {
      this.wait(32 * 40 * 0.004);
      forecast.answered(model, 0, 0);
      this.note(model === 'base' ? 200 : 300);
      for (const done of [16, 32]) {
        this.wait(answer[at]!);
        forecast.answered(model, done, done);
        this.note(model === 'base' ? 200 + done : 300 + done);
      }
    }
    return this.ms / 1000;
  }

  private note(mark: number): void {
    this.told.set(mark, this.forecast.left() ?? NaN);
    this.at.set(mark, this.ms / 1000);
  }

  /** What was told at a step, over what was true. */
  ratio(mark: number, end: number): number {
    return this.told.get(mark)! / (end - this.at.get(mark)!);
  }
}

describe('the time that is left', () => {
  it('counts validation, saving and the answers of both models, within a fifth from a tenth of the run on', () => {
    const played = new Played(PLAN);
    const end = played.run({ first: 9 });
    for (const [mark] of played.told) {
      if (mark < 10 || mark === 332) continue;
      const ratio = played.ratio(mark, end);
      assert.ok(Math.abs(ratio - 1) < 0.2, `at ${mark}: ${ratio}`);
    }
    assert.equal(played.told.get(332), 0);
  });

  it('counts each thing that is to come by itself', () => {
    const left = (change: Partial<ForecastPlan>): number => {
      const played = new Played({ ...PLAN, ...change });
      played.wait(1);
      played.forecast.stepped(1);
      return played.forecast.left()!;
    };
    const all = left({});
    const nearly = (seconds: number, expected: number): void => {
      assert.ok(Math.abs(seconds - expected) < 1e-9, `${seconds} s, not ${expected}`);
    };
    // At steps 20, 40, 60, 80 and at the end, 1000 multiplications of 4 ms each.
    nearly(all - left({ validationWork: 0 }), 5 * 4);
    // At step 50, at the end, and the result: 12 bytes a weight, 400 MB a second.
    nearly(left({ trainedWeights: 400e6 / 12 }) - all, 3 * 1);
    // Both models score 32 references of 40 multiplications, read 32 prompts of 30 tokens and write 100 or 10 tokens in two groups.
    const answers = (length: number): number => 32 * 30 * 0.001 + 2 * length * 0.05 + 32 * length * 0.01;
    nearly(all - left({ test: undefined }), 2 * 32 * 40 * 0.004 + answers(100) + answers(10));
    nearly(left({ lossWork: 500 }) - all, 2);
    nearly(left({ retentionWork: 500 }) - all, 2 * 2);
  });

  it('is not known before the first step, and counts down while something is under way', () => {
    const played = new Played(PLAN);
    assert.equal(played.forecast.left(), undefined);
    played.wait(1);
    played.forecast.stepped(1);
    const before = played.forecast.left()!;
    played.wait(0.5);
    assert.ok(Math.abs(before - played.forecast.left()! - 0.5) < 1e-9);
    played.wait(60);
    assert.ok(before - played.forecast.left()! <= 1 + 1e-9, 'a step that takes long takes nothing from the others');
  });

  it('is known from the steps before a stop, which the slow first one of a new process leaves as it is', () => {
    const rest = { ...PLAN, step: 40, test: undefined, validationWork: 0, saveSteps: null };
    const played = new Played(rest, [1, 1]);
    assert.equal(played.forecast.left(), 60);
    played.wait(9);
    played.forecast.stepped(41);
    assert.equal(played.forecast.left(), 59);
    played.wait(4);
    played.forecast.stepped(42);
    assert.equal(played.forecast.left(), 58 * 2);
  });

  it('does not count a pause', () => {
    const played = new Played(PLAN);
    for (let step = 1; step <= 10; step++) {
      played.wait(1);
      played.forecast.stepped(step);
    }
    const before = played.forecast.left()!;
    played.wait(3600);
    played.forecast.begin('training');
    assert.equal(played.forecast.left(), before);
    played.wait(1);
    played.forecast.stepped(11);
    assert.ok(Math.abs(before - 1 - played.forecast.left()!) < 1e-6);
  });

  it('goes on after a pause in the evaluation with the answers that are left', () => {
    const played = new Played(PLAN);
    played.run();
    played.forecast.begin('evaluating');
    played.forecast.answered('tuned', 0, 16);
    played.wait(10);
    played.forecast.answered('tuned', 8, 24);
    assert.ok(Math.abs(played.forecast.left()! - 10) < 1e-6, `${played.forecast.left()}`);
  });

  it('counts the answers to the sample prompts before the first step and at each evaluation', () => {
    const played = new Played(PLAN);
    const samples = { ...PLAN.test!, questions: PLAN.test!.questions.slice(0, 3) };
    const asked = new Played({ ...PLAN, samples });
    for (const one of [played, asked]) {
      one.wait(1);
      one.forecast.stepped(1);
    }
    // Three prompts of 30 tokens, ten steps, thirty tokens: five times, at steps 20, 40, 60, 80 and 100.
    const each = 3 * 30 * 0.001 + 10 * 0.05 + 30 * 0.01;
    assert.ok(Math.abs(asked.forecast.left()! - played.forecast.left()! - 5 * each) < 1e-9);
    asked.forecast.begin('sampling');
    asked.wait(3);
    const under = asked.forecast.left()!;
    asked.forecast.sampled();
    assert.ok(asked.forecast.left()! > under, 'what they took is what they will take');
    assert.ok(Math.abs(asked.forecast.left()! - played.forecast.left()! - 5 * 3) < 1e-9);
    assert.ok(Math.abs(timeParts({ ...PLAN, samples }, 0, { step: 1, scoring: 0.004 }).sampling - 6 * each) < 1e-9);
  });

  it('has no evaluation without a test part, and no validation without its part', () => {
    const played = new Played({ ...PLAN, test: undefined, validationWork: 0, saveSteps: null, evalSteps: null });
    played.wait(1);
    played.forecast.stepped(1);
    assert.equal(played.forecast.left(), 99);
  });
});
