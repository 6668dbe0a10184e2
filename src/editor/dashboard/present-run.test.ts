import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { foldEvents } from '../../runs/curves';
import type { RunEvent } from '../../runs/folder/event-schema';
import { distinctNames, statusOf } from './present-run';
import type { FollowedRun } from './run-follower';

/** A time of this machine's zone, as run.json has it. */
const at = (time: string): string => new Date(`2026-03-04T${time}`).toISOString();

void describe('distinctNames', () => {
  it('leaves labels that differ', () => {
    const runs = [
      { label: 'first', created: at('10:00:00') },
      { label: 'second', created: at('10:00:00') },
    ];
    assert.deepEqual(distinctNames(runs), ['first', 'second']);
  });
  it('says when runs of one label were started', () => {
    const runs = [
      { label: 'faq', created: at('10:00:00') },
      { label: 'other', created: at('10:00:00') },
      { label: 'faq', created: at('11:30:10') },
      { label: 'faq', created: at('11:30:40') },
    ];
    assert.deepEqual(distinctNames(runs), [
      'faq · 4 Mar, 10:00',
      'other',
      'faq · 4 Mar, 11:30:10',
      'faq · 4 Mar, 11:30:40',
    ]);
  });
});

void describe('statusOf', () => {
  /** Steps of 2 s each, ended at these seconds. */
  const stepsAt = (...seconds: number[]): RunEvent[] =>
    seconds.map((time, n) => ({
      type: 'step',
      time: new Date(1000 * time).toISOString(),
      step: n + 1,
      loss: 2,
      learning_rate: 1e-4,
      grad_norm: 1,
      tokens: 100,
      tokens_per_second: 50,
    }));
  const followed = (events: readonly RunEvent[], state: Partial<FollowedRun['state']>): FollowedRun =>
    ({
      state: { status: 'running', step: 1, total_steps: 9, ...state },
      curves: foldEvents(events),
      warnings: [],
    }) as unknown as FollowedRun;

  it('has the sum of the steps as training time: with the first, without a pause and a stop of hours', () => {
    assert.equal(statusOf(followed(stepsAt(2, 4, 6), {})).secondsTaken, 6);
    assert.equal(statusOf(followed(stepsAt(2, 4, 7000), {})).secondsTaken, 6);
    const again: RunEvent = { type: 'start', time: '', run: '', device: '', total_steps: 9, resumed_from: 1 };
    const resumed = [...stepsAt(2, 4), again, { ...stepsAt(9000)[0]!, step: 2 } as RunEvent];
    assert.equal(statusOf(followed(resumed, {})).secondsTaken, 4, 'a step that is done again counts once');
    assert.equal(statusOf(followed([], {})).secondsTaken, undefined);
  });

  it('has the time left from the worker, which all others show as well, and what it does', () => {
    const status = statusOf(followed(stepsAt(2, 4), { seconds_left: 82.5, message: 'saving' }));
    assert.deepEqual([status.secondsLeft, status.message, status.step], [82.5, 'saving', 2]);
    assert.equal(statusOf(followed(stepsAt(2), { status: 'done', seconds_left: 3 })).secondsLeft, undefined);
  });
});
