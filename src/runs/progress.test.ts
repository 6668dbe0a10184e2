import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { RunEvent } from './folder/event-schema';
import { durationText, progressOf, readProgress } from './progress';
import { RunFolder } from './folder/run-folder';

const root = mkdtempSync(path.join(tmpdir(), 'sft-progress-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 2) + 1000 * seconds).toISOString();
const step = (number: number, seconds: number): RunEvent => ({
  type: 'step',
  time: at(seconds),
  step: number,
  loss: 10 / number,
  learning_rate: 1e-4,
  grad_norm: 1,
  tokens: 10,
  tokens_per_second: 10,
});

describe('progressOf', () => {
  it('takes step and loss from the last step', () => {
    const evaluation: RunEvent = { type: 'evaluation', time: at(5), step: 2, loss: 3 };
    assert.deepEqual(progressOf([step(1, 0), step(2, 2), evaluation]), { step: 2, loss: 5 });
  });

  it('knows nothing without a step', () => {
    const nothing = { step: undefined, loss: undefined };
    assert.deepEqual(progressOf([]), nothing);
  });
});

describe('readProgress', () => {
  it('reads the end of a long log, its last line half-written', async () => {
    const folder = new RunFolder(root);
    const lines = Array.from({ length: 2000 }, (_, n) => JSON.stringify(step(n + 1, 3 * n)));
    writeFileSync(folder.eventsFile, `${lines.join('\n')}\n`);
    appendFileSync(folder.eventsFile, '{"type": "step", "st');
    assert.deepEqual(await readProgress(folder), { step: 2000, loss: 0.005 });
  });

  it('knows nothing of a run without a log', async () => {
    assert.equal((await readProgress(new RunFolder(path.join(root, 'none')))).step, undefined);
  });
});

describe('durationText', () => {
  it('is as exact as a guess deserves', () => {
    const seconds = [0.2, 59.4, 59.6, 150, 3599, 3600, 4800, 86_400, 97_200];
    assert.deepEqual(seconds.map(durationText), [
      '1 s',
      '59 s',
      '1 min',
      '3 min',
      '1 h',
      '1 h',
      '1 h 20 min',
      '1 d',
      '1 d 3 h',
    ]);
  });
});
