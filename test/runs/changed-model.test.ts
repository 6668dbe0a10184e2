import assert from 'node:assert/strict';
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseConfig } from '../../src/config/parse-config';
import { openDevice, findDevice } from '../../src/compute/registry';
import { SftError } from '../../src/base/errors';
import { createRun } from '../../src/runs/create-run';
import type { RunEvent } from '../../src/runs/folder/event-schema';
import type { RunFolder } from '../../src/runs/folder/run-folder';
import { work } from '../../src/runs/worker/worker';
import { MODEL, sft, smallConfig, temporaryFolder } from '../cli/sft';

/** Works on a run to its end; `react` may answer its events. */
function worked(folder: RunFolder, react: (event: RunEvent) => void): Promise<boolean> {
  return work(folder, {
    device: {
      find: () => findDevice('cpu'),
      open: async () => ({ device: await openDevice('cpu', { threads: 1 }), close: () => undefined }),
    },
    resume: false,
    signal: new AbortController().signal,
    onEvent: react,
    onProgress: () => undefined,
    onLog: () => undefined,
  });
}

async function begin(folder: string, values: object): Promise<{ run: RunFolder; model: string }> {
  const model = path.join(folder, 'model');
  cpSync(MODEL, model, { recursive: true });
  const configFile = smallConfig(folder, { max_steps: 6, model_name: model, ...values });
  const config = parseConfig(readFileSync(configFile, 'utf8'), configFile);
  return { run: await createRun({ config, configFile, now: new Date(), folder: path.join(folder, 'run') }), model };
}

/** Pauses after the first step, changes something, and goes on. */
function pausing(run: RunFolder, change: () => void): (event: RunEvent) => void {
  return (event) => {
    if (event.type === 'step' && event.step === 1) void run.sendControl('pause');
    if (event.type === 'paused') {
      change();
      void run.sendControl('resume');
    }
  };
}

const isChanged = (error: unknown): boolean => error instanceof SftError && error.code === 'model-changed';

describe('a run whose model or adapter is changed meanwhile', () => {
  it('does not go on after a pause with other weights', async () => {
    const { run, model } = await begin(temporaryFolder(), {});
    const file = path.join(model, 'model.safetensors');
    const change = (): void => {
      const bytes = readFileSync(file);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(file, bytes);
    };
    await assert.rejects(worked(run, pausing(run, change)), isChanged);
    const state = await run.readState();
    assert.equal(state.status, 'failed');
    assert.ok(state.step >= 1);
    assert.match(state.message ?? '', /the weights of the model were changed .* restore the original files/);
  });

  it('says after a pause that the model folder no longer exists', async () => {
    const { run, model } = await begin(temporaryFolder(), {});
    const change = (): void => {
      rmSync(model, { recursive: true });
    };
    await assert.rejects(worked(run, pausing(run, change)), isChanged);
    assert.match((await run.readState()).message ?? '', /the model folder no longer exists/);
  });

  it('that was moved is asked for when the run is resumed, and told once', async () => {
    const folder = temporaryFolder();
    const { run, model } = await begin(folder, { max_steps: 3, eval_steps: null, split: { train: 1 } });
    const moved = path.join(folder, 'moved');
    renameSync(model, moved);
    const resume = ['train', '--resume', '--run', run.path];
    const refused = sft(resume);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /the model of this run is no longer here - give the folder where it is now, .*--model/);
    const resumed = sft([...resume, '--model', moved]);
    assert.equal(resumed.code, 0, resumed.err);
    assert.equal((await run.readState()).step, 3);
    assert.equal((await run.readRun()).config.model_name, moved);
  });

  it('that was moved is asked for by export and push, and told once', async () => {
    const folder = temporaryFolder();
    const { run, model } = await begin(folder, { max_steps: 2 });
    assert.equal(await worked(run, () => undefined), true);
    const again = path.join(folder, 'again');
    const push = ['push', run.path, '--repo', 'me/faq', '--dry-run'];
    const write = ['export', run.path, '--to', 'peft', '--out', path.join(folder, 'peft')];
    for (const [words, from, to] of [
      [push, model, path.join(folder, 'moved')],
      [write, path.join(folder, 'moved'), again],
    ] as const) {
      renameSync(from, to);
      const refused = sft(words);
      assert.equal(refused.code, 2);
      assert.match(refused.err, /the model of this run is no longer here - give the folder where it is now, .*--model/);
      const done = sft([...words, '--model', to]);
      assert.equal(done.code, 0, done.err);
      assert.equal((await run.readRun()).config.model_name, to);
    }
  });

  it('is done without an evaluation where the model is gone when it has been trained', async () => {
    const { run, model } = await begin(temporaryFolder(), {});
    const events: RunEvent[] = [];
    const finished = await worked(run, (event) => {
      events.push(event);
      if (event.type === 'step' && event.step === 6) rmSync(model, { recursive: true });
    });
    assert.equal(finished, true);
    const done = events.find((event) => event.type === 'done');
    assert.equal(done?.evaluation, null);
    assert.ok(
      events.some((event) => event.type === 'warning' && event.message.startsWith('the result was not evaluated')),
    );
    assert.ok(readFileSync(path.join(run.path, 'adapter', 'adapter_model.safetensors')).length > 0);
  });

  it('goes on from its own checkpoint where the adapter that it began from is gone', async () => {
    const folder = temporaryFolder();
    const first = await begin(folder, { max_steps: 2 });
    assert.equal(await worked(first.run, () => undefined), true);
    const second = temporaryFolder();
    const adapter = path.join(second, 'adapter');
    cpSync(path.join(first.run.path, 'adapter'), adapter, { recursive: true });
    const { run } = await begin(second, { adapter });
    const change = (): void => {
      rmSync(adapter, { recursive: true });
    };
    assert.equal(await worked(run, pausing(run, change)), true);
  });
});
