import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { isAlive } from '../../src/base/process-identity';
import { listModels, streamChat } from '../../src/editor/chat/completions';
import { ServerPool, type ServeTarget } from '../../src/editor/chat/server-pool';
import { DEFAULT_SETTINGS } from '../../src/messages/chat';

const root = process.cwd();
const MODEL = path.join(root, 'examples/tiny-llama');
const target: ServeTarget = { key: 'tiny', args: ['--model', MODEL], name: 'tiny-llama' };
const command = { execPath: process.execPath, entry: path.join(root, 'dist/sft.js'), env: {} };

const logged: string[] = [];
const log = (line: string): void => {
  logged.push(line);
};
const pool = new ServerPool({ command: () => command, log });
after(() => pool.dispose());

const alive = (pid: number | undefined): boolean => isAlive({ pid: pid!, started: null });

describe('the model servers behind the chat (sft serve itself)', () => {
  it('start when asked, once for each model, and answer with their key alone', async () => {
    let starts = 0;
    const onStart = (): void => {
      starts++;
    };
    const [one, other] = await Promise.all([pool.lease(target, onStart), pool.lease(target, onStart)]);
    assert.equal(starts, 1);
    assert.equal(one.pid, other.pid);
    assert.deepEqual(one.models, ['base']);
    const { endpoint } = one;
    const { signal } = new AbortController();
    assert.deepEqual(await listModels(endpoint, signal), ['base']);
    await assert.rejects(listModels({ ...endpoint, key: 'guess' }, signal), { code: 'refused' });
    const messages = [{ role: 'user', content: 'Hello' }] as const;
    const settings = { ...DEFAULT_SETTINGS, maxNewTokens: 4, seed: 1 };
    let text = '';
    let newTokens = NaN;
    for await (const piece of streamChat(endpoint, { model: 'base', messages, settings }, signal)) {
      if (piece.type === 'text') text += piece.text;
      else newTokens = piece.usage!.newTokens;
    }
    assert.notEqual(text, '');
    assert.ok(newTokens >= 1 && newTokens <= 4, `${newTokens} new tokens`);
    one.release();
    other.release();
  });

  it('start again when they were killed, but not for ever', async () => {
    for (let death = 1; death <= 3; death++) {
      const lease = await pool.lease(target);
      lease.release();
      process.kill(lease.pid!, 'SIGKILL');
      await lease.ended;
      assert.equal(alive(lease.pid), false);
    }
    await assert.rejects(pool.lease(target), { code: 'serve-failed', message: /stopped 3 times in a row/ });
    assert.equal(logged.length, 3);
    // Windows knows no signals: whoever ends a process gives it a code.
    const how = process.platform === 'win32' ? 'it exited with code 1' : 'it was stopped by SIGKILL';
    assert.ok(logged[0]!.includes(`the model server of tiny-llama has stopped: ${how}`), logged[0]);
  });

  it('say why they cannot start', async () => {
    const missing = { key: 'missing', args: ['--model', '/no/such/model'], name: 'missing' };
    await assert.rejects(pool.lease(missing), { code: 'serve-failed', message: /[\\/]no[\\/]such[\\/]model/ });
    assert.equal(pool.size, 0);
  });

  it('are ended with the window, and when more than two are there', async () => {
    const own = new ServerPool({ command: () => command, log });
    const leases = [];
    for (const key of ['a', 'b', 'c']) {
      const lease = await own.lease({ ...target, key });
      lease.release();
      leases.push(lease);
    }
    await leases[0]!.ended;
    assert.equal(own.size, 2);
    await own.dispose();
    assert.deepEqual(
      leases.map(({ pid }) => alive(pid)),
      [false, false, false],
    );
  });

  it('never let their key be seen', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-serve-'));
    const entry = path.join(folder, 'loud.js');
    // A server that says what it should not.
    writeFileSync(entry, 'console.error("key", process.env.SFT_SERVE_TOKEN); process.exitCode = 3;');
    const loud = new ServerPool({ command: () => ({ ...command, entry }), log });
    try {
      await assert.rejects(loud.lease({ ...target, key: 'loud' }), { message: /exited with code 3 \(key …\)/ });
      assert.match(logged.at(-1)!, /key …$/);
    } finally {
      await loud.dispose();
      rmSync(folder, { recursive: true });
    }
  });
});
