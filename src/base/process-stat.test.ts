import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fromPs, processStat } from './process-stat';

describe('what ps says of a process', { skip: process.platform === 'win32' && 'Windows has none' }, () => {
  it('is when it started', () => {
    const age = Date.now() / 1000 - fromPs(process.pid)!.started;
    // In whole seconds, by a clock that the system may round.
    assert.ok(Math.abs(age - process.uptime()) < 3, `${age} s, and Node says ${process.uptime()}`);
  });

  it('is nothing where there is no such process', () => {
    assert.equal(fromPs(2 ** 22 + 1), undefined);
    assert.equal(processStat(2 ** 22 + 1), undefined);
  });

  it('tells one that has ended and that nobody has asked for', async () => {
    // What sh becomes does not know of the child that sh began, and that ends later: sh itself would have asked for it.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
      const pid = Number(line);
      let state = fromPs(pid)?.state;
      while (state !== undefined && state !== 'Z') {
        await new Promise((resolve) => setTimeout(resolve, 50));
        state = fromPs(pid)?.state;
      }
      assert.equal(state, 'Z');
      assert.equal(processStat(pid)?.state, 'Z');
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
