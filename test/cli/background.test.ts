import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseConfig } from '../../src/config/parse-config';
import { isAlive } from '../../src/base/process-identity';
import type { RunEvent } from '../../src/runs/folder/event-schema';
import { launchRun, relaunchRun, type WorkerCommand } from '../../src/runs/launch';
import { readRun } from '../../src/runs/read-runs';
import { RunFolder } from '../../src/runs/folder/run-folder';
import { sft, SFT, smallConfig, temporaryFolder } from './sft';

const command: WorkerCommand = { execPath: process.execPath, entry: SFT };

/** Follows a run until an event that is waited for; undefined where none came before the run ended. */
async function waitFor(run: RunFolder, wanted: (event: RunEvent) => boolean): Promise<RunEvent> {
  const stop = new AbortController();
  try {
    for await (const event of run.followEvents(stop.signal)) {
      if (wanted(event)) return event;
      if (event.type === 'failed') throw new Error(event.message);
    }
  } finally {
    stop.abort();
  }
  throw new Error('the events ended');
}

/** Waits until the worker of a run is gone: its last event is not the last thing it does, and its end is no event of ours. */
async function gone(run: RunFolder): Promise<void> {
  const { pid, pid_started: started } = await run.readState();
  while (isAlive({ pid, started })) await new Promise((resolve) => setTimeout(resolve, 10));
}

const launched: RunFolder[] = [];
after(async () => {
  // Where a test failed its worker may still be at work.
  for (const run of launched) {
    const state = await run.readState().catch(() => undefined);
    if (state !== undefined && isAlive({ pid: state.pid, started: state.pid_started })) {
      process.kill(state.pid, 'SIGKILL');
    }
  }
});

async function launch(configFile: string, env: Readonly<Record<string, string>> = {}): Promise<RunFolder> {
  const config = parseConfig(readFileSync(configFile, 'utf8'), configFile);
  const run = await launchRun({ config, configFile, command: { ...command, env } });
  launched.push(run);
  return run;
}

describe('a run in the background', () => {
  it('outlives the process that started it, prints into its folder, and ends as one in the foreground', async () => {
    const config = smallConfig(temporaryFolder());
    const started = sft(['train', config, '--detach']);
    assert.equal(started.code, 0, started.err);
    const run = new RunFolder(started.out.trim());
    await waitFor(run, (event) => event.type === 'done');
    await gone(run);
    assert.equal((await readRun(run.path)).state.status, 'done');
    assert.match(readFileSync(run.outputFile, 'utf8'), /step 12: saved/);
    const foreground = path.join(temporaryFolder(), 'run');
    assert.equal(sft(['train', config, '--run', foreground]).code, 0);
    const adapter = (folder: string): Buffer => readFileSync(path.join(folder, 'adapter', 'adapter_model.safetensors'));
    assert.deepEqual(adapter(run.path), adapter(foreground));
    const again = sft(['train', '--run', run.path, '--resume', '--detach']);
    assert.equal(again.code, 1);
    assert.match(again.err, /already complete/);
  });

  it('pauses after saving, loses nothing when it is killed then, and goes on from there', async () => {
    const run = await launch(smallConfig(temporaryFolder(), { max_steps: 400, save_steps: null, eval_steps: null }));
    await waitFor(run, (event) => event.type === 'step' && event.step === 3);
    await run.sendControl('pause');
    const paused = await waitFor(run, (event) => event.type === 'paused');
    const { pid, status } = (await readRun(run.path)).state;
    assert.equal(status, 'paused');
    const step = paused.type === 'paused' ? paused.step : NaN;
    process.kill(pid, 'SIGKILL');
    await gone(run);
    assert.equal((await readRun(run.path)).state.status, 'interrupted');

    await relaunchRun(run.path, command);
    const start = await waitFor(run, (event) => event.type === 'start' && event.resumed_from !== undefined);
    assert.equal(start.type === 'start' ? start.resumed_from : NaN, step);
    await assert.rejects(relaunchRun(run.path, command), { code: 'run-busy' });
    await waitFor(run, (event) => event.type === 'step' && event.step > step);
    await run.sendControl('stop');
    const stopped = await waitFor(run, (event) => event.type === 'stopped');
    await gone(run);
    assert.ok(stopped.type === 'stopped' && stopped.step > step && stopped.checkpoint !== undefined);
    assert.equal((await readRun(run.path)).state.status, 'stopped');
  });

  it('goes on after a pause', async () => {
    const run = await launch(smallConfig(temporaryFolder(), { max_steps: 400, save_steps: null, eval_steps: null }));
    await waitFor(run, (event) => event.type === 'step');
    await run.sendControl('pause');
    await waitFor(run, (event) => event.type === 'paused');
    await run.sendControl('resume');
    const resumed = await waitFor(run, (event) => event.type === 'resumed');
    await waitFor(run, (event) => event.type === 'step' && resumed.type === 'resumed' && event.step > resumed.step);
    await run.sendControl('stop');
    await waitFor(run, (event) => event.type === 'stopped');
    await gone(run);
  });

  it('stops in the final evaluation, which resuming makes again', async () => {
    const slow = { max_steps: 2, max_new_tokens: 1000, split: { train: 0.2, validation: 0, test: 0.8 } };
    const run = await launch(smallConfig(temporaryFolder(), slow));
    await waitFor(run, (event) => event.type === 'checkpoint' && event.step === 2);
    await run.sendControl('stop');
    await waitFor(run, (event) => event.type === 'stopped');
    await gone(run);
    assert.equal((await readRun(run.path)).state.status, 'stopped');
    assert.ok(!(await run.readEvents()).some((event) => event.type === 'done'));
  });

  it('pauses in the final evaluation, lets another run have the device, and ends as if nothing had been', async () => {
    const slow = { max_steps: 2, max_new_tokens: 120, split: { train: 0.2, validation: 0, test: 0.8 } };
    const config = smallConfig(temporaryFolder(), slow);
    const run = await launch(config);
    await waitFor(run, (event) => event.type === 'checkpoint' && event.step === 2);
    await run.sendControl('pause');
    await waitFor(run, (event) => event.type === 'paused');
    assert.equal((await readRun(run.path)).state.status, 'paused');
    assert.ok(!(await run.readEvents()).some((event) => event.type === 'done'));
    const other = await launch(config);
    await waitFor(other, (event) => event.type === 'done');
    await run.sendControl('resume');
    await waitFor(run, (event) => event.type === 'done');
    await gone(run);
    assert.equal((await readRun(run.path)).state.status, 'done');
    const predictions = (folder: RunFolder): string =>
      readFileSync(path.join(folder.path, 'predictions.jsonl'), 'utf8');
    assert.equal(predictions(run), predictions(other));
  });

  it('that cannot begin is failed, with what its process said', async () => {
    const configFile = smallConfig(temporaryFolder());
    const config = parseConfig(readFileSync(configFile, 'utf8'), configFile);
    const folder = path.join(temporaryFolder(), 'run');
    const entry = path.join(temporaryFolder(), 'sft.js');
    writeFileSync(entry, 'console.error("no kernels for this machine"); process.exit(7);');
    await assert.rejects(launchRun({ config, configFile, folder, command: { ...command, entry } }), {
      code: 'worker-died',
      message: 'no kernels for this machine',
    });
    const { state } = await readRun(folder);
    assert.deepEqual([state.status, state.message], ['failed', 'no kernels for this machine']);
    const nowhere = path.join(temporaryFolder(), 'run');
    const missing = { ...command, execPath: '/nowhere/node' };
    await assert.rejects(launchRun({ config, configFile, folder: nowhere, command: missing }), {
      code: 'worker-died',
      message: /cannot be started.*ENOENT/,
    });
  });

  it('says that its data has errors, whatever runs before it', async () => {
    const folder = temporaryFolder();
    const data = path.join(folder, 'broken.json');
    writeFileSync(data, '[{"question":"a?"}]');
    const run = await launch(smallConfig(folder, { dataset: data }));
    await assert.rejects(
      waitFor(run, (event) => event.type === 'done'),
      /"answer" is missing/,
    );
    await gone(run);
    assert.equal((await readRun(run.path)).state.status, 'failed');
  });
});

describe('runs on one device', () => {
  const long = { max_steps: 5000, save_steps: null, eval_steps: null };

  it('wait for each other in the order they were started; a dead one and one that is stopped are passed over', async () => {
    const config = smallConfig(temporaryFolder(), long);
    const first = await launch(config);
    await waitFor(first, (event) => event.type === 'step');
    const second = await launch(config);
    const queued = await waitFor(second, (event) => event.type === 'queued');
    assert.ok(queued.type === 'queued');
    assert.deepEqual([queued.waits_for, queued.ahead], [first.path, 1]);
    const third = await launch(config);
    const behind = await waitFor(third, (event) => event.type === 'queued');
    assert.equal(behind.type === 'queued' ? behind.ahead : NaN, 2);
    const { state } = await readRun(third.path);
    assert.equal(state.status, 'queued');
    assert.match(state.message ?? '', /waits for #1 data .* on the cpu device, and for 1 more/);
    await assert.rejects(relaunchRun(third.path, command), { code: 'run-busy' });

    await second.sendControl('stop');
    await waitFor(second, (event) => event.type === 'stopped');
    await waitFor(third, (event) => event.type === 'queued' && event.ahead === 1);
    process.kill((await first.readState()).pid, 'SIGKILL');
    await waitFor(third, (event) => event.type === 'step');
    assert.equal((await readRun(third.path)).state.status, 'running');
    assert.equal((await readRun(second.path)).state.status, 'stopped');

    // A paused run lets others pass, and waits for its turn again.
    await third.sendControl('pause');
    await waitFor(third, (event) => event.type === 'paused');
    await relaunchRun(second.path, command);
    await waitFor(second, (event) => event.type === 'step');
    await third.sendControl('resume');
    await waitFor(third, (event) => event.type === 'queued' && event.waits_for === second.path);
    for (const run of [third, second]) {
      await run.sendControl('stop');
      await waitFor(run, (event) => event.type === 'stopped');
      await gone(run);
    }
    assert.ok((await third.readEvents()).some((event) => event.type === 'step'));
  });

  it('go on without a queue where its folder cannot be used', async () => {
    const blocked = path.join(temporaryFolder(), 'blocked');
    mkdirSync(blocked);
    writeFileSync(path.join(blocked, 'sft-workbench'), '');
    const short = { max_steps: 2, split: { train: 1, validation: 0, test: 0 } };
    const run = await launch(smallConfig(temporaryFolder(), short), { XDG_STATE_HOME: blocked });
    await waitFor(run, (event) => event.type === 'done');
    await gone(run);
    assert.ok((await run.readEvents()).some((event) => event.type === 'warning' && /cannot wait/.test(event.message)));
  });
});
