import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunEvent } from '../runs/folder/event-schema';
import { Progress } from './progress';
import type { Terminal } from './verb';

interface Recorded {
  readonly terminal: Terminal;
  readonly lines: string[];
  readonly bars: string[];
}

function recorder(interactive: boolean): Recorded {
  const lines: string[] = [];
  const bars: string[] = [];
  const fail = (): never => assert.fail('progress is no result');
  const terminal: Terminal = {
    out: fail,
    write: fail,
    data: fail,
    log: (text) => lines.push(text),
    interactive,
    ...(interactive ? { status: (line: string): void => void bars.push(line) } : {}),
  };
  return { terminal, lines, bars };
}

const start: RunEvent = { type: 'start', time: '', run: '/r', device: 'EPYC, 2 threads', total_steps: 60 };
const step = (n: number): RunEvent => ({
  type: 'step',
  time: '',
  step: n,
  // Far from what any mean of it would be.
  loss: 3 - n / 60,
  learning_rate: 2e-4,
  grad_norm: 1,
  tokens: 100,
  tokens_per_second: 812.4,
  seconds_left: 61 - n,
});

/** Steps 1 to 60, each `ms` after the one before. */
function play(recorded: Recorded, ms: number): void {
  let now = 0;
  const progress = new Progress(recorded.terminal, () => now);
  progress.show(start);
  for (let n = 1; n <= 60; n++) {
    now += ms;
    progress.show(step(n));
  }
  progress.show({ type: 'done', time: '', adapter: '/r/adapter', evaluation: null });
}

describe('progress', () => {
  it('draws a bar with step, loss, learning rate, speed and time left, and takes it away at the end', () => {
    const recorded = recorder(true);
    play(recorded, 1000);
    assert.deepEqual(recorded.lines, [
      '60 steps on EPYC, 2 threads',
      'mean loss 2.9500 in the first 5 of 60 steps, 2.0333 in the last 5',
    ]);
    assert.equal(recorded.bars.length, 61);
    assert.equal(
      recorded.bars[14],
      '[######..................] step 15/60  loss 2.7500  lr 2.00e-4  812 tokens/s  46 s left',
    );
    assert.equal(
      recorded.bars[59],
      '[########################] step 60/60  loss 2.0000  lr 2.00e-4  812 tokens/s  1 s left',
    );
    assert.equal(recorded.bars[60], '');
  });

  it('redraws at most ten times a second', () => {
    const recorded = recorder(true);
    play(recorded, 10);
    // 0.6 seconds: the first, one in each tenth, the last, and the removal.
    assert.ok(recorded.bars.length >= 6 && recorded.bars.length <= 9, String(recorded.bars.length));
    assert.match(recorded.bars.at(-2) ?? '', /step 60\/60/);
  });

  it('elsewhere writes plain lines, now and then, with the first and the last step', () => {
    const recorded = recorder(false);
    play(recorded, 500);
    assert.equal(recorded.lines[0], '60 steps on EPYC, 2 threads');
    assert.equal(recorded.lines[1], 'step  1/60  loss 2.9833  lr 2.00e-4  812 tokens/s  1 min left');
    assert.match(recorded.lines.at(-2) ?? '', /^step 60\/60 /);
    assert.match(recorded.lines.at(-1) ?? '', /^mean loss 2\.9500 in the first 5/);
    assert.equal(recorded.lines.length, 1 + 15 + 1 + 1);
  });

  it('says nothing of the time left where it is not known', () => {
    const recorded = recorder(false);
    const progress = new Progress(recorded.terminal);
    progress.show(start);
    const unknown = Object.fromEntries(Object.entries(step(1)).filter(([key]) => key !== 'seconds_left'));
    progress.show(unknown as unknown as RunEvent);
    assert.match(recorded.lines.at(-1) ?? '', /812 tokens\/s$/);
  });

  it('names what is done besides stepping: in the bar on a terminal, elsewhere now and then', () => {
    const bar = recorder(true);
    new Progress(bar.terminal).doing('measuring the validation loss, 3 min left');
    assert.deepEqual(bar.bars, ['measuring the validation loss, 3 min left']);
    const log = recorder(false);
    let now = 0;
    const progress = new Progress(log.terminal, () => now);
    for (const text of ['a', 'b', 'c']) {
      progress.doing(text);
      now += 1500;
    }
    assert.deepEqual(log.lines, ['a', 'c']);
  });

  it('tells of evaluations, checkpoints and warnings', () => {
    const { terminal, lines } = recorder(true);
    const progress = new Progress(terminal);
    progress.show({ type: 'evaluation', time: '', step: 20, loss: 1.23456, best: true });
    progress.show({ type: 'checkpoint', time: '', step: 20, path: '/r/checkpoints/step-20' });
    progress.show({ type: 'warning', time: '', message: '3 examples are cut', remedy: 'raise max_seq_length' });
    assert.deepEqual(lines, [
      'step 20: validation loss 1.2346, the best so far',
      'step 20: saved /r/checkpoints/step-20',
      'warning: 3 examples are cut - raise max_seq_length',
    ]);
  });
});
