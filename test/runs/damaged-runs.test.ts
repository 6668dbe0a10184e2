import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { formatError, SftError } from '../../src/base/errors';
import { parseConfig } from '../../src/config/parse-config';
import { findDevice, openDevice } from '../../src/compute/registry';
import { createRun } from '../../src/runs/create-run';
import { readRatings } from '../../src/runs/folder/ratings';
import type { RunEvent } from '../../src/runs/folder/event-schema';
import type { RunFolder } from '../../src/runs/folder/run-folder';
import { listRuns, readRun } from '../../src/runs/read-runs';
import { work } from '../../src/runs/worker/worker';
import { refuseUnsupported } from '../../src/runs/worker/refuse';
import { CPU } from '../cpu-listing';
import { sft, smallConfig, temporaryFolder } from '../cli/sft';

type Json = Record<string, unknown>;

async function newRun(values: object = {}): Promise<RunFolder> {
  const folder = temporaryFolder();
  const configFile = smallConfig(folder, { max_steps: 6, split: { train: 0.9, validation: 0.1, test: 0 }, ...values });
  const config = parseConfig(readFileSync(configFile, 'utf8'), configFile);
  return createRun({ config, configFile, now: new Date(), folder: path.join(folder, 'runs', 'run') });
}

function worked(
  folder: RunFolder,
  react: (event: RunEvent, stop: () => void) => void = () => undefined,
  resume = false,
): Promise<boolean> {
  const stopping = new AbortController();
  return work(folder, {
    device: {
      find: () => findDevice('cpu'),
      open: async () => ({ device: await openDevice('cpu', { threads: 1 }), close: () => undefined }),
    },
    resume,
    signal: stopping.signal,
    onEvent: (event) => {
      react(event, () => {
        stopping.abort();
      });
    },
    onProgress: () => undefined,
    onLog: () => undefined,
  });
}

/** Trains four steps of six, with checkpoints after two and four. */
async function stoppedRun(): Promise<RunFolder> {
  const run = await newRun({ save_steps: 2 });
  const finished = await worked(run, (event, stop) => {
    if (event.type === 'checkpoint' && event.step === 4) stop();
  });
  assert.equal(finished, false);
  assert.deepEqual(await (await readRun(run.path)).artifacts.steps(), [2, 4]);
  return run;
}

async function failure(work_: Promise<unknown>): Promise<SftError> {
  let caught: unknown;
  await work_.catch((error: unknown) => (caught = error));
  assert.ok(caught instanceof SftError, String(caught));
  return caught;
}

const edit = (file: string, change: (value: Json) => void): void => {
  const value = JSON.parse(readFileSync(file, 'utf8')) as Json;
  change(value);
  writeFileSync(file, JSON.stringify(value));
};

describe('a run that is deleted while it is worked on', () => {
  it('ends with a message wherever it is, and leaves nothing behind', async () => {
    for (const when of ['start', 'step', 'checkpoint', 'paused'] as const) {
      const run = await newRun({ save_steps: 2 });
      const react = (event: RunEvent): void => {
        if (when === 'paused' && event.type === 'step' && event.step === 1) void run.sendControl('pause');
        if (event.type === when) rmSync(run.path, { recursive: true });
      };
      const error = await failure(worked(run, react));
      assert.deepEqual([error.code, error.file], ['run-deleted', run.path], when);
      assert.ok(!existsSync(run.path), `${when}: ${readdirSync(path.dirname(run.path)).join(' ')}`);
    }
  });
});

describe('a damaged checkpoint', () => {
  it('names itself and the one that the run would go on from without it', async () => {
    const damages: readonly (readonly [name: string, damage: (checkpoint: string) => void])[] = [
      [
        'trainer_state.json',
        (folder) => {
          writeFileSync(path.join(folder, 'trainer_state.json'), '{}');
        },
      ],
      [
        'adapter_model.safetensors',
        (folder) => {
          truncateSync(path.join(folder, 'adapter_model.safetensors'), 200);
        },
      ],
      [
        'optimizer.safetensors',
        (folder) => {
          writeFileSync(path.join(folder, 'optimizer.safetensors'), '<html>');
        },
      ],
      [
        'optimizer.safetensors',
        (folder) => {
          rmSync(path.join(folder, 'optimizer.safetensors'));
        },
      ],
      [
        'adapter_config.json',
        (folder) => {
          writeFileSync(path.join(folder, 'adapter_config.json'), 'null');
        },
      ],
    ];
    const run = await stoppedRun();
    const { artifacts } = await readRun(run.path);
    for (const [name, damage] of damages) {
      const [before, last] = (await artifacts.steps()).slice(-2);
      const newest = artifacts.checkpoint(last!);
      const kept = new Map(readdirSync(newest).map((file) => [file, readFileSync(path.join(newest, file))]));
      damage(newest);
      const error = await failure(worked(run, undefined, true));
      assert.deepEqual([error.code, error.file], ['corrupt-checkpoint', newest], error.message);
      assert.ok(error.message.includes(name), error.message);
      assert.match(
        error.remedy!,
        new RegExp(`delete this folder and resume; the run then continues from step ${before}$`),
      );
      for (const [file, bytes] of kept) writeFileSync(path.join(newest, file), bytes);
    }
    const newest = artifacts.checkpoint((await artifacts.steps()).at(-1)!);
    rmSync(newest, { recursive: true });
    let from: number | undefined;
    assert.equal(await worked(run, (event) => (from = event.type === 'start' ? event.resumed_from : from), true), true);
    assert.equal(from, 2);
  });
});

describe('a run that lost its state.json', () => {
  it('stands where its events and checkpoints say, and is resumed to the same end', async () => {
    const run = await stoppedRun();
    const before = (await readRun(run.path)).state;
    rmSync(run.stateFile);
    const { state } = await readRun(run.path);
    assert.deepEqual([state.status, state.step, state.total_steps], ['stopped', before.step, before.total_steps]);
    assert.equal(await worked(run, undefined, true), true);
    rmSync(run.stateFile);
    assert.deepEqual((await readRun(run.path)).state.status, 'done');
    // As a worker that was killed leaves it.
    const lines = readFileSync(run.eventsFile, 'utf8')
      .split('\n')
      .filter((line) => !line.includes('"done"'));
    writeFileSync(run.eventsFile, lines.join('\n'));
    const interrupted = (await readRun(run.path)).state;
    assert.equal(interrupted.status, 'interrupted');
    assert.match(interrupted.message!, /state\.json is missing; resume/);
    rmSync(run.eventsFile);
    assert.equal((await readRun(run.path)).state.step, 6);
  });
});

describe('what else lies in a run folder', () => {
  it('blocks nothing: a lock of process 0, and folders that are named like locks', async () => {
    const run = await newRun();
    writeFileSync(path.join(run.path, 'lock-0-x'), '');
    mkdirSync(path.join(run.path, `lock-${process.pid}-1`));
    mkdirSync(path.join(run.path, 'lock-999999-x'));
    const release = await run.acquireLock();
    await release();
    assert.ok(existsSync(path.join(run.path, 'lock-999999-x')));
  });

  it('as a folder instead of a file is told as one, by the file and with what to do', async () => {
    for (const name of ['control.json', 'events.jsonl', 'state.json', 'run.json', 'log.txt', 'checkpoints']) {
      const run = await newRun({ max_steps: 2 });
      const file = path.join(run.path, name);
      rmSync(file, { recursive: true, force: true });
      if (name === 'checkpoints') writeFileSync(file, '');
      else mkdirSync(file);
      // Without its log a run is trained all the same.
      if (name === 'log.txt') {
        assert.equal(await worked(run), true);
        continue;
      }
      const error = await failure(worked(run));
      assert.ok(error.file?.startsWith(file), formatError(error));
      assert.match(formatError(error), name === 'checkpoints' ? /is a file, not a folder/ : /folder/, name);
      const { code, err } = sft(['train', '--run', run.path, '--resume']);
      assert.notEqual(code, 0);
      assert.doesNotMatch(err, /bug/);
      await listRuns(path.dirname(run.path));
    }
  });

  it('in a finished run does no harm: odd lines among its events', async () => {
    const run = await newRun({ max_steps: 2 });
    assert.equal(await worked(run), true);
    const whole = await run.readEvents();
    const text = readFileSync(run.eventsFile, 'utf8');
    const odd = [
      'null',
      '3',
      '[]',
      '{}',
      '{"type":1}',
      '{"type":"step"}',
      '{"type":"step","step":"one"}',
      '{"type',
      'x',
    ];
    const time = new Date().toISOString();
    odd.push(JSON.stringify({ type: 'done', time, adapter: 3, evaluation: [] }));
    odd.push(JSON.stringify({ type: 'later-version', time }));
    odd.push(JSON.stringify({ ...whole.find(({ type }) => type === 'step'), loss: '1e400' }));
    writeFileSync(
      run.eventsFile,
      text
        .split('\n')
        .flatMap((line) => [line, ...odd])
        .join('\n'),
    );
    assert.deepEqual(await run.readEvents(), whole);
    assert.equal((await readRun(run.path)).state.status, 'done');
  });

  it('is told by its file where it is no value of its kind, and never as a bug', async () => {
    const run = await newRun({ max_steps: 2 });
    assert.equal(await worked(run), true);
    for (const file of ['run.json', 'state.json', 'ratings.json']) {
      const full = path.join(run.path, file);
      const whole = existsSync(full) ? readFileSync(full, 'utf8') : '{"ratings": [{"index": 0, "rating": 3}]}';
      const paths = leaves(JSON.parse(whole) as Json);
      assert.ok(paths.length > 1);
      for (const leaf of paths) {
        for (const wrong of [[], {}, -1.5, 'x\u0000', true, 1e300]) {
          const value = JSON.parse(whole) as Json;
          set(value, leaf, wrong);
          writeFileSync(full, JSON.stringify(value));
          const reading = file === 'ratings.json' ? readRatings(run.path) : readRun(run.path);
          await reading.catch((error: unknown) => {
            assert.ok(error instanceof SftError && error.file === full, `${leaf.join('.')}: ${String(error)}`);
            assert.match(error.message, /^is damaged: [\w.[\]]+ (is|must be|cannot be|names|are) /, error.message);
          });
        }
      }
      writeFileSync(full, whole);
    }
  });
});

describe('a run whose run.json asks for what the device does not offer', () => {
  it('is not resumed without it', async () => {
    const plain = { ...CPU, supports: { ...CPU.supports, weights: ['dense'] } } as const;
    for (const [key, value] of [
      ['load_in_4bit', true],
      ['optim', 'adamw_8bit'],
    ] as const) {
      const run = await newRun({ max_steps: 2 });
      edit(run.runFile, (written) => ((written['config'] as Json)[key] = value));
      const read = await run.readRun();
      assert.throws(
        () => {
          refuseUnsupported(run.runFile, read, plain);
        },
        (error) => {
          assert.ok(error instanceof SftError);
          assert.deepEqual([error.code, error.file], ['unsupported', run.runFile]);
          assert.ok(error.message.startsWith(key), error.message);
          return true;
        },
      );
    }
  });
});

/** Where the values of an object lie that are no objects. */
function leaves(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, i) => [i, item])
    : Object.entries(value);
  return entries.flatMap(([key, item]) => leaves(item).map((rest) => [key, ...rest]));
}

function set(value: Json, [key, ...rest]: readonly (string | number)[], wrong: unknown): void {
  if (rest.length === 0) value[key!] = wrong;
  else set(value[key!] as Json, rest, wrong);
}
