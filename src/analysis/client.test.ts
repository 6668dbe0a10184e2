import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { AnalysisClient } from './client';

const folder = mkdtempSync(path.join(tmpdir(), 'sft-client-'));
after(() => {
  rmSync(folder, { recursive: true });
});

describe('an analysis worker that does not answer', () => {
  it('is ended with the cause, and a new one answers', { timeout: 60_000 }, async () => {
    // A worker that hears nothing once a text is opened, as one whose pattern has no end.
    const script = path.join(folder, 'worker.js');
    writeFileSync(
      script,
      `const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => {
  if (message.type === 'open') for (;;);
  if (message.type === 'ping') parentPort.postMessage({ type: 'pong' });
  if (message.type === 'ask') parentPort.postMessage({ type: 'answer', id: message.id, answer: 'heard' });
});`,
    );
    const logged: string[] = [];
    let restarted: (cause: string | undefined) => void = () => undefined;
    const cause = new Promise<string | undefined>((resolve) => {
      restarted = resolve;
    });
    const events = { onMessage: () => undefined, onRestart: restarted, log: (line: string) => void logged.push(line) };
    const client = new AnalysisClient(script, events, 50);
    const ask = (): Promise<unknown> => client.ask('findings', { uri: 'u', version: 1 });
    try {
      assert.equal(await ask(), 'heard');
      const settings = { modelFolder: undefined, maxSeqLength: 1, rules: {}, nearDuplicateThreshold: 1 };
      client.post({ type: 'open', uri: 'u', file: '/data/hostile.json', version: 1, text: '[]', settings });
      const waiting = ask();
      await assert.rejects(waiting, /did not answer for .* its last task was the request findings/);
      assert.match((await cause) ?? '', /did not answer/);
      assert.match(logged.join(), /\(1 in a row\)/);
      assert.equal(await ask(), 'heard');
    } finally {
      await client.dispose();
    }
  });
});
