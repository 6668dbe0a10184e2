import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseConfig } from '../../src/config/parse-config';
import { createCpuDevice, type CpuDevice } from '../../src/compute/cpu/cpu-device';
import { findDevice } from '../../src/compute/registry';
import { createRandom } from '../../src/base/random';
import { readLlamaConfig } from '../../src/model/llama-config';
import { writeSafetensors } from '../../src/base/safetensors';
import { expectedTensors } from '../../src/model/weights';
import { createRun } from '../../src/runs/create-run';
import type { RunEvent } from '../../src/runs/folder/event-schema';
import { RunFolder } from '../../src/runs/folder/run-folder';
import { waitForTurn } from '../../src/runs/worker/device-queue';
import { work } from '../../src/runs/worker/worker';
import { MODEL, smallConfig, temporaryFolder } from '../cli/sft';

/** A run worked on in this process, with what it did to its device. */
class Worked {
  opens = 0;
  closes = 0;
  device: CpuDevice | undefined;
  readonly ended: Promise<boolean>;
  private readonly events: RunEvent[] = [];
  private wake: () => void = () => undefined;

  constructor(readonly folder: RunFolder) {
    this.ended = work(folder, {
      device: {
        find: () => findDevice('cpu'),
        open: () => {
          this.opens += 1;
          const device = createCpuDevice({ threads: 1 });
          this.device = device;
          const close = (): void => {
            assert.equal(device.allocatedBytes, 0, 'memory that was not given back');
            this.closes += 1;
            this.device = undefined;
          };
          return Promise.resolve({ device, close });
        },
      },
      resume: false,
      signal: new AbortController().signal,
      onEvent: (event) => {
        this.events.push(event);
        this.wake();
      },
      onProgress: () => undefined,
      onLog: () => undefined,
    });
  }

  /** Waits for an event after those that were waited for before. */
  async until(wanted: (event: RunEvent) => boolean): Promise<void> {
    for (let over = false; !over;) {
      for (let event = this.events.shift(); event !== undefined; event = this.events.shift()) {
        if (wanted(event)) return;
      }
      const came = new Promise<boolean>((resolve) => {
        this.wake = () => {
          resolve(false);
        };
      });
      over = await Promise.race([came, this.ended.then(() => this.events.length === 0)]);
    }
    assert.fail('the run ended before');
  }

  get isOpen(): boolean {
    return this.opens > this.closes;
  }
}

async function begin(configFile: string, folder: string): Promise<Worked> {
  const config = parseConfig(readFileSync(configFile, 'utf8'), configFile);
  return new Worked(await createRun({ config, configFile, now: new Date(), folder }));
}

/** Whether this process has a file of weights in its memory; undefined where the system does not tell. */
function isMapped(model: string): boolean | undefined {
  if (process.platform !== 'linux') return undefined;
  return readFileSync('/proc/self/maps', 'utf8').includes(path.join(model, 'model.safetensors'));
}

const isType =
  (type: RunEvent['type']) =>
  (event: RunEvent): boolean =>
    event.type === type;

describe('a run that waits', () => {
  it('has read its data, and opens neither device nor weights before its turn', async (t) => {
    const release = await waitForTurn(
      'cpu',
      { run: '/other', name: 'other' },
      { since: 1, signal: new AbortController().signal, onWait: () => Promise.resolve() },
    );
    t.after(release);
    const folder = temporaryFolder();
    const run = await begin(smallConfig(folder, { max_steps: 3 }), path.join(folder, 'run'));
    await run.until(isType('queued'));
    assert.equal(run.opens, 0);
    assert.notEqual(isMapped(MODEL), true);
    // What was read before is trained on: the file may change now.
    writeFileSync(path.join(folder, 'data.json'), '[]');
    await release!();
    await run.until(isType('step'));
    assert.ok(run.isOpen);
    assert.notEqual(isMapped(MODEL), false);
    assert.equal(await run.ended, true);
    assert.equal(run.isOpen, false);
    assert.notEqual(isMapped(MODEL), true);
  });

  it('in a pause holds neither, and goes on from there to the same bytes', async () => {
    const folder = temporaryFolder();
    const slow = { max_steps: 6, max_new_tokens: 60, split: { train: 0.6, validation: 0.2, test: 0.2 } };
    const config = smallConfig(folder, slow);
    const whole = await begin(config, path.join(folder, 'whole'));
    assert.equal(await whole.ended, true);

    const run = await begin(config, path.join(folder, 'paused'));
    const pause = async (): Promise<void> => {
      await run.folder.sendControl('pause');
      await run.until(isType('paused'));
      assert.equal(run.isOpen, false);
      assert.notEqual(isMapped(MODEL), true);
      assert.equal((await run.folder.readState()).status, 'paused');
      await run.folder.sendControl('resume');
      await run.until(isType('resumed'));
    };
    await run.until((event) => event.type === 'step' && event.step === 1);
    await pause();
    await run.until((event) => event.type === 'step' && event.step === 4);
    await pause();
    await run.until((event) => event.type === 'checkpoint' && event.step === 6);
    await pause();
    assert.equal(await run.ended, true);
    assert.ok(run.opens >= 4, `opened ${run.opens} times`);
    assert.equal(run.closes, run.opens);
    for (const file of ['adapter/adapter_model.safetensors', 'predictions.jsonl', 'evaluation.json']) {
      const bytes = ({ folder: { path: at } }: Worked): Buffer => readFileSync(path.join(at, file));
      assert.deepEqual(bytes(run), bytes(whole), file);
    }
    const losses = async (worked: Worked): Promise<unknown[]> =>
      (await worked.folder.readEvents()).flatMap((event) =>
        event.type === 'step' || event.type === 'evaluation' ? [[event.type, event.step, event.loss]] : [],
      );
    assert.deepEqual(await losses(run), await losses(whole));
  });

  it('in a pause gives its memory back to the system', async () => {
    const folder = temporaryFolder();
    const model = path.join(folder, 'model');
    await writeWideModel(model);
    const config = smallConfig(folder, {
      model_name: model,
      training_type: 'full',
      lora_dropout: 0,
      max_steps: 50,
      per_device_batch_size: 1,
      gradient_accumulation_steps: 1,
      save_steps: null,
      eval_steps: null,
      split: { train: 1, validation: 0, test: 0 },
    });
    const run = await begin(config, path.join(folder, 'run'));
    await run.until(isType('step'));
    const held = run.device!.allocatedBytes;
    assert.ok(held > 150e6, `${held} bytes`);
    const training = process.memoryUsage.rss();
    await run.folder.sendControl('pause');
    await run.until(isType('paused'));
    const paused = process.memoryUsage.rss();
    assert.ok(training - paused > 0.8 * held, `${training} bytes while training, ${paused} in the pause`);
    await run.folder.sendControl('stop');
    assert.equal(await run.ended, false);
    assert.equal((await run.folder.readState()).status, 'stopped');
  });
});

/** A model whose table of tokens takes 42 MB: the tokenizer and shape of the sample's, with random weights. */
async function writeWideModel(folder: string): Promise<void> {
  mkdirSync(folder);
  for (const name of readdirSync(MODEL).filter((one) => one.endsWith('.json'))) {
    copyFileSync(path.join(MODEL, name), path.join(folder, name));
  }
  const file = path.join(folder, 'config.json');
  const shape = { num_hidden_layers: 1, vocab_size: 40_960, torch_dtype: 'float32' };
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...shape }));
  const random = createRandom(1);
  const tensors = [...expectedTensors(readLlamaConfig(folder))].map(([name, dims]) => {
    const norm = dims.length === 1;
    const values = new Float32Array(dims.reduce((product, n) => product * n, 1));
    for (let i = 0; i < values.length; i++) values[i] = norm ? 1 : 0.04 * (random.nextFloat() - 0.5);
    const read = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(values.buffer));
    return { name, dtype: 'F32', shape: dims, read } as const;
  });
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
}
