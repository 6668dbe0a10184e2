import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from './turns';

describe('turns', () => {
  it('end in the order they were asked for, however long each takes', async () => {
    const turns = new Turns();
    const ended: string[] = [];
    let end = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      end = resolve;
    });
    const first = turns.next(async () => {
      await slow;
      ended.push('slow');
    });
    const second = turns.next(async () => {
      ended.push('quick');
      return Promise.resolve('read');
    });
    end();
    assert.equal(await second, 'read');
    await first;
    assert.deepEqual(ended, ['slow', 'quick']);
  });

  it('go on after one that failed', async () => {
    const turns = new Turns();
    const failed = turns.next(async () => Promise.reject(new Error('gone')));
    const next = turns.next(async () => Promise.resolve(1));
    await assert.rejects(failed, /gone/);
    assert.equal(await next, 1);
  });
});
