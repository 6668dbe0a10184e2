// The whole loop by the command line, as a person goes through it: three steps of training, evaluation, an answer, the server; a run in the
// background that is paused, killed, resumed and stopped.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { isAlive } from '../../src/base/process-identity';
import { parseConfig } from '../../src/config/parse-config';
import type { RunEvent } from '../../src/runs/folder/event-schema';
import { RunFolder } from '../../src/runs/folder/run-folder';
import { launchRun, relaunchRun } from '../../src/runs/launch';
import { readRun } from '../../src/runs/read-runs';
import { MODEL, SFT, sft, smallConfig, smallDataset, temporaryFolder } from '../cli/sft';

const folder = temporaryFolder();
const command = { execPath: process.execPath, entry: SFT };
/** Few questions: an emulated processor answers a token in a second. */
const short = {
  dataset: smallDataset(folder, 20),
  max_steps: 3,
  warmup_steps: 0,
  save_steps: 2,
  eval_steps: 3,
  max_new_tokens: 4,
  sample_prompts: [],
};
const config = smallConfig(folder, short);
const run = path.join(folder, 'run');

async function waitFor(of: RunFolder, wanted: (event: RunEvent) => boolean): Promise<void> {
  const stop = new AbortController();
  try {
    for await (const event of of.followEvents(stop.signal)) {
      if (wanted(event)) return;
      if (event.type === 'failed') throw new Error(event.message);
    }
  } finally {
    stop.abort();
  }
}

async function gone(of: RunFolder): Promise<void> {
  const { pid, pid_started: started } = await of.readState();
  while (isAlive({ pid, started })) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the loop', () => {
  it('trains three steps', async () => {
    const { code, err } = sft(['train', config, '--run', run]);
    assert.equal(code, 0, err);
    assert.equal((await readRun(run)).state.status, 'done');
  });

  it('evaluates', () => {
    const { code, out, err } = sft(['evaluate', run, '--json']);
    assert.equal(code, 0, err);
    assert.ok(JSON.parse(out));
  });

  it('chats, asked by standard input', () => {
    const { code, out, err } = sft(['chat', run, '--max-new-tokens', '4'], 'Who are you?\n/bye\n');
    assert.equal(code, 0, err);
    assert.notEqual(out.trim(), '', err);
  });

  it('serves', async () => {
    const server = spawn(process.execPath, [SFT, 'serve', '--model', MODEL, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(server, 'exit');
    try {
      const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
      const { url, token } = JSON.parse(line) as { url: string; token: string };
      const response = await fetch(`${url}/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'base', prompt: 'Hello', max_tokens: 4 }),
      });
      const { choices } = (await response.json()) as { choices: { text: string }[] };
      assert.notEqual(choices[0]!.text, '');
    } finally {
      server.kill();
      await ended;
    }
  });

  it('pauses, is killed then, goes on in the background, and stops', async () => {
    const long = smallConfig(temporaryFolder(), { ...short, max_steps: 400, save_steps: null, eval_steps: null });
    const launched = await launchRun({
      config: parseConfig(readFileSync(long, 'utf8'), long),
      configFile: long,
      command,
    });
    await waitFor(launched, (event) => event.type === 'step');
    await launched.sendControl('pause');
    await waitFor(launched, (event) => event.type === 'paused');
    process.kill((await launched.readState()).pid, 'SIGKILL');
    await gone(launched);
    assert.equal((await readRun(launched.path)).state.status, 'interrupted');
    await relaunchRun(launched.path, command);
    await waitFor(launched, (event) => event.type === 'start' && event.resumed_from !== undefined);
    await launched.sendControl('stop');
    await waitFor(launched, (event) => event.type === 'stopped');
    await gone(launched);
    assert.equal((await readRun(launched.path)).state.status, 'stopped');
  });
});
