import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { EngineFolder } from './engine-folder';
import { EventTail } from './event-tail';

const line = (step: number): string => `${JSON.stringify({ type: 'checkpoint', step })}\n`;

describe('EventTail', () => {
  let folder: EngineFolder;
  beforeEach(() => {
    folder = new EngineFolder(mkdtempSync(path.join(tmpdir(), 'sft-tail-')));
  });
  afterEach(() => {
    rmSync(folder.root, { recursive: true });
  });
  const stepsOf = (tail: EventTail): number[] => [...tail.events()].map((event) => ('step' in event ? event.step : -1));

  it('hands each event over once, however the pieces fall, and leaves a line that is not ended', () => {
    for (const piece of [1, 7, 1 << 20]) {
      const tail = new EventTail(folder, piece);
      tail.restart();
      assert.deepEqual(stepsOf(tail), []);
      appendFileSync(folder.events, line(1) + line(2) + line(3).slice(0, 9));
      assert.deepEqual(stepsOf(tail), [1, 2]);
      assert.deepEqual(stepsOf(tail), []);
      appendFileSync(folder.events, line(3).slice(9));
      assert.deepEqual(stepsOf(tail), [3]);
    }
  });

  it('goes on where another left off, also in the middle of what was there', () => {
    appendFileSync(folder.events, line(1) + line(2) + line(3));
    for (const event of new EventTail(folder).events()) if ('step' in event && event.step === 2) break;
    assert.equal(Number(readFileSync(folder.forwarded, 'utf8')), (line(1) + line(2)).length);
    assert.deepEqual(stepsOf(new EventTail(folder)), [3]);
  });

  it('refuses a line that is no event', () => {
    appendFileSync(folder.events, '{"type":"checkpoint"}\n');
    assert.throws(() => stepsOf(new EventTail(folder)), /cannot be read: a line\.step is missing/);
    appendFileSync(folder.events, 'ready?\n');
    assert.throws(() => stepsOf(new EventTail(folder)), /a line is not JSON/);
  });
});
