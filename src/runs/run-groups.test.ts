import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupOf, progressText, RUN_GROUPS } from './run-groups';
import { RUN_STATUSES, type RunState } from './folder/state-schema';

const state = (status: RunState['status'], step: number, total_steps: number | null): RunState => ({
  status,
  pid: 1,
  pid_started: null,
  host: null,
  heartbeat: '2026-01-02T10:15:00.000Z',
  step,
  total_steps,
});

describe('groupOf', () => {
  it('has a group for every state, and no group is empty for ever', () => {
    const groups = RUN_STATUSES.map(groupOf);
    assert.deepEqual([...new Set(groups)].toSorted(), [...RUN_GROUPS].toSorted());
  });
});

describe('progressText', () => {
  it('says step, loss and time left of a run that steps', () => {
    const progress = { step: 1012, loss: 2.3149 };
    const running = { ...state('running', 1010, 5000), seconds_left: 1995 };
    assert.equal(progressText(running, progress), 'step 1,012/5,000 · loss 2.315 · 33 min left');
    assert.equal(
      progressText({ ...running, message: 'measuring the validation loss' }, progress),
      'step 1,012/5,000 · measuring the validation loss · 33 min left',
    );
    assert.equal(progressText(state('paused', 1012, 5000), progress), 'step 1,012/5,000 · loss 2.315');
  });

  it('says what a run without a step is at', () => {
    assert.equal(progressText(state('starting', 0, null)), 'starting');
    assert.equal(
      progressText({ ...state('starting', 0, null), message: 'reading the weights' }),
      'starting: reading the weights',
    );
    assert.equal(progressText(state('stopping', 3, 60)), 'saving and stopping');
    const pausing = { ...state('pausing', 3, 60), message: 'pausing after this step' };
    assert.equal(progressText(pausing, { step: 3, loss: 2 }), 'step 3/60 · pausing after this step');
    const evaluating = { message: 'evaluating the base model: 16 of 103 questions', seconds_left: 82 };
    assert.equal(
      progressText({ ...state('running', 60, 60), ...evaluating }, { step: 60, loss: 2 }),
      '60 steps done · evaluating the base model: 16 of 103 questions · 1 min left',
    );
    assert.equal(progressText(state('interrupted', 20, 60)), 'step 20/60');
    assert.equal(progressText({ ...state('starting', 0, null), host: 'node7' }), 'starting · on node7');
    assert.equal(progressText({ ...state('done', 60, 60), host: 'node7' }), 'step 60/60');
    assert.equal(progressText(state('failed', 0, null)), '');
  });
});
