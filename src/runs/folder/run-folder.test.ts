import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { parseConfig } from '../../config/parse-config';
import { SftError } from '../../base/errors';
import { ownIdentity } from '../../base/process-identity';
import { RunArtifacts } from '../artifacts';
import { createRun } from '../create-run';
import type { NewRunEvent, RunEvent } from './event-schema';
import { readLiveState, readRun, withLife } from '../read-runs';
import { RunFolder } from './run-folder';
import type { RunState, RunStatus } from './state-schema';
import { mountSmallDisk, NO_SMALL_DISK } from '../../../test/small-disk';

/** The child holds the lock of a run, appends events without end and keeps its state fresh. */
async function child(folder: string): Promise<void> {
  const run = new RunFolder(folder);
  await run.acquireLock();
  await run.writeState({ status: 'running', total_steps: 1_000_000 });
  for (let step = 1; ; step++) {
    run.appendEvent(stepEvent(step));
    if (step === 1) writeSync(1, 'running\n');
    if (step % 50 === 0) await run.writeState({ step });
  }
}

function stepEvent(step: number): NewRunEvent {
  return {
    type: 'step',
    step,
    loss: 1 / step,
    learning_rate: 1e-4,
    grad_norm: 0.5,
    tokens: 100,
    tokens_per_second: 50,
  };
}

const childFolder = process.env['SFT_TEST_RUN_CHILD'];
if (childFolder !== undefined) {
  void child(childFolder);
} else {
  const root = mkdtempSync(path.join(tmpdir(), 'sft-runs-'));
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const dataset = path.join(root, 'Ìbéèrè & idáhùn.json');
  writeFileSync(dataset, '[{"question": "q", "answer": "a"}]');
  const configFile = path.join(root, 'sft.config.json');
  const config = parseConfig(JSON.stringify({ model_name: 'model', dataset, max_steps: 60 }), configFile);
  const now = new Date(2026, 0, 2, 10, 15, 0);
  /** The schemas as other people's tools read them. */
  const ajv = new Ajv({ allowUnionTypes: true });
  const validators = new Map(
    ['run', 'state', 'events'].map((name) => [
      name,
      ajv.compile(JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')) as object),
    ]),
  );
  const isValid = (schema: string, value: unknown): void => {
    const validate = validators.get(schema)!;
    assert.ok(validate(value), ajv.errorsText(validate.errors));
  };
  let number = 0;
  const newRun = (): Promise<RunFolder> =>
    createRun({ config, configFile, now, outputDir: path.join(root, String(number++)) });

  const startChild = async (folder: string): Promise<ChildProcess> => {
    const process_ = spawn(process.execPath, [__filename], {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, SFT_TEST_RUN_CHILD: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => process_.stdout.once('data', resolve));
    return process_;
  };
  const kill = async (process_: ChildProcess): Promise<void> => {
    const ended = new Promise((resolve) => process_.once('exit', resolve));
    process_.kill('SIGKILL');
    await ended;
  };

  /** A process that tries for the lock: resolves when it has it (and holds it until it is killed) or has given up. */
  const startContender = async (folder: string): Promise<{ readonly process: ChildProcess; readonly won: boolean }> => {
    const process_ = spawn(process.execPath, [__filename], {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, SFT_TEST_RUN_CHILD: folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const won = await new Promise<boolean>((resolve) => {
      process_.once('exit', () => {
        resolve(false);
      });
      process_.stdout.once('data', () => {
        resolve(true);
      });
    });
    return { process: process_, won };
  };

  describe('a new run', () => {
    it('has a folder named from time and name, run.json and state.json as their schemas say', async () => {
      const run = await newRun();
      assert.equal(path.basename(run.path), '20260102-101500-ìbéèrè-idáhùn');
      const description = await run.readRun();
      isValid('run', description);
      isValid('state', await run.readState());
      // What the data decide is written down.
      assert.deepEqual(description.config, { ...config, enable_thinking: false });
      assert.deepEqual(description.dataset, {
        path: dataset,
        bytes: 34,
        // printf '[{"question": "q", "answer": "a"}]' | sha256sum
        sha256: '2e0ce6e8ac3b3df528daf3e0d9d18576ae05b57169790e5bfc6d307cdcbe4d2f',
      });
      assert.deepEqual((await run.readState()).status, 'starting');
      assert.deepEqual(readdirSync(run.path).sort(), ['run.json', 'state.json']);
    });

    it('a second one in the same second gets a folder of its own', async () => {
      const outputDir = path.join(root, 'twice');
      const runs = await Promise.all([1, 2, 3].map(() => createRun({ config, configFile, now, outputDir })));
      assert.equal(new Set(runs.map((run) => run.path)).size, 3);
    });

    it('takes a given folder, but not one that holds a run', async () => {
      const folder = path.join(root, 'given');
      assert.equal((await createRun({ config, configFile, now, folder })).path, folder);
      await assert.rejects(createRun({ config, configFile, now, folder }), { code: 'run-exists' });
    });

    it('run.json is written once', async () => {
      const run = await newRun();
      await assert.rejects(run.writeRun(await run.readRun()), /written once/);
    });

    it('a dataset that is gone and an output folder that is a file are errors with a remedy', async () => {
      const gone = { ...config, dataset: path.join(root, 'gone.json') };
      await assert.rejects(createRun({ config: gone, configFile, now, outputDir: root }), {
        code: 'unreadable',
        exitCode: 2,
      });
      await assert.rejects(createRun({ config, configFile, now, outputDir: dataset }), { code: 'not-writable' });
    });
  });

  describe('state', () => {
    it('keeps what is not given; a message goes with its status', async () => {
      const run = await newRun();
      await run.writeState({ status: 'running', total_steps: 60 });
      await run.writeState({ step: 7 });
      await run.writeState({ status: 'failed', message: 'the loss is not a number' });
      const again = new RunFolder(run.path);
      const state = await again.readState();
      isValid('state', state);
      assert.equal(state.step, 7);
      assert.equal(state.total_steps, 60);
      assert.equal(state.message, 'the loss is not a number');
      assert.equal((await again.writeState({ status: 'running' })).message, undefined);
    });

    it('of several writes at once the last one stays', async () => {
      const run = await newRun();
      await Promise.all([
        run.writeState({ status: 'running', step: 1 }),
        run.writeState({ step: 2 }),
        run.writeState({ status: 'done' }),
      ]);
      const { status, step } = await run.readState();
      assert.deepEqual({ status, step }, { status: 'done', step: 2 });
    });

    it('a heartbeat writes at most twice a second', async () => {
      const run = await newRun();
      await run.writeState({ status: 'running' });
      const before = readFileSync(run.stateFile, 'utf8');
      await run.heartbeat({ step: 1 });
      assert.equal(readFileSync(run.stateFile, 'utf8'), before);
    });

    it('a heartbeat is on the disk without another turn of the thread', async (t) => {
      const run = await newRun();
      await run.writeState({ status: 'running' });
      const later = Date.now() + 1000;
      t.mock.method(Date, 'now', () => later);
      const pulse = run.heartbeat({ step: 5, seconds_left: 7 });
      for (let i = 0; i < 10; i++) await Promise.resolve();
      const { step, seconds_left } = JSON.parse(readFileSync(run.stateFile, 'utf8')) as RunState;
      assert.deepEqual([step, seconds_left], [5, 7]);
      await pulse;
      assert.ok(!readdirSync(run.path).some((name) => name.includes('.tmp-')));
    });

    it('what the pulse is writing is on the disk once a step has said that it lives', async () => {
      const run = await newRun();
      const pulse = run.writeState({ status: 'running', step: 7 });
      await run.heartbeat({ step: 7 });
      // The step that comes next takes the thread: nothing would go on with the pulse's writing.
      const { step } = JSON.parse(readFileSync(run.stateFile, 'utf8')) as { step: number };
      assert.equal(step, 7);
      await pulse;
    });

    it('a message goes with its status, and can be taken back before', async () => {
      const run = await newRun();
      await run.writeState({ status: 'running', message: 'saving', seconds_left: 9 });
      const later = await run.writeState({ step: 1 });
      assert.deepEqual([later.message, later.seconds_left], ['saving', 9]);
      const back = await run.writeState({ message: undefined });
      assert.deepEqual([back.message, back.seconds_left], [undefined, 9]);
      assert.equal((await run.writeState({ status: 'paused' })).seconds_left, undefined);
    });

    it('a run that ends just after its state was read is not interrupted', async () => {
      const { path: folder } = await newRun();
      const dead = { pid: spawnSync(process.execPath, ['-e', '']).pid, pid_started: 1 };
      const base = { ...dead, heartbeat: now.toISOString(), step: 3, total_steps: 3 };
      /** Its worker writes its last state and is gone before the reader looks for it. */
      class Ending extends RunFolder {
        override async readState(): ReturnType<RunFolder['readState']> {
          const state = await super.readState();
          writeFileSync(this.stateFile, JSON.stringify({ ...base, status: 'done' }));
          return state;
        }
      }
      const run = new Ending(folder);
      const description = await run.readRun();
      const artifacts = new RunArtifacts(folder, config);
      writeFileSync(run.stateFile, JSON.stringify({ ...base, status: 'running' }));
      assert.equal((await readLiveState(run, description, artifacts)).status, 'done');
      writeFileSync(run.stateFile, JSON.stringify({ ...base, status: 'running' }));
      assert.equal((await readLiveState(new RunFolder(folder), description, artifacts)).status, 'interrupted');
    });

    it('a run whose process is gone is interrupted, unless it has ended', () => {
      const dead = { pid: spawnSync(process.execPath, ['-e', '']).pid, pid_started: 1 };
      const base = { host: null, heartbeat: now.toISOString(), step: 3, total_steps: 60 };
      const seen = (status: RunStatus, process_: typeof dead): RunStatus =>
        withLife({ ...base, ...process_, status }).status;
      for (const status of ['starting', 'running', 'paused', 'stopping'] as const) {
        assert.equal(seen(status, dead), 'interrupted');
      }
      for (const status of ['done', 'failed', 'stopped'] as const) assert.equal(seen(status, dead), status);
      const { pid, started } = ownIdentity();
      assert.equal(seen('running', { pid, pid_started: started ?? 0 }), 'running');
      if (started !== null) {
        // The same number, another process.
        assert.equal(seen('running', { pid, pid_started: started - 1 }), 'interrupted');
      }
    });

    it('a run on another machine lives as long as it is heard of, whatever has the number of its process here', () => {
      const { pid, started } = ownIdentity();
      const seen = (minutes: number, status: RunStatus = 'running') =>
        withLife({
          ...{ status, step: 3, total_steps: 60, pid, pid_started: started, host: 'node7' },
          heartbeat: new Date(Date.now() - minutes * 60_000).toISOString(),
        });
      for (const minutes of [0, 4, -30]) assert.equal(seen(minutes).status, 'running');
      assert.equal(seen(6).status, 'interrupted');
      assert.match(
        seen(6).message!,
        new RegExp(`^nothing has been heard from the run on node7 since .*\\(${pid}\\) has exited`),
      );
      assert.equal(seen(6, 'done').status, 'done');
    });
  });

  describe('events', () => {
    const events: readonly NewRunEvent[] = [
      { type: 'start', run: '/r', device: 'cpu', total_steps: 60, train_examples: 8 },
      stepEvent(1),
      { type: 'evaluation', step: 1, loss: 2.5, best: true },
      { type: 'checkpoint', step: 1, path: '/r/checkpoints/step-1' },
      { type: 'warning', message: 'train.json:3 is cut: "Ẹ kú ọjọ́"\nand more' },
      { type: 'paused', step: 1 },
      { type: 'resumed', step: 1 },
      { type: 'failed', code: 'nan', message: 'the loss is not a number' },
      { type: 'stopped', step: 1 },
      { type: 'done', adapter: '/r/adapter', evaluation: null },
    ];

    it('are one line each, as the schema says, and are read back', async () => {
      const run = await newRun();
      const written = events.map((event) => run.appendEvent(event));
      run.close();
      const lines = readFileSync(run.eventsFile, 'utf8').split('\n');
      assert.equal(lines.pop(), '');
      for (const line of lines) isValid('events', JSON.parse(line));
      assert.deepEqual(await new RunFolder(run.path).readEvents(), written);
      assert.ok(!validators.get('events')!({ type: 'step', step: 1 }), 'the schema takes anything');
    });

    it('a half-written last line is not read, and the next writer cuts it off', async () => {
      const run = await newRun();
      run.appendEvent(stepEvent(1));
      run.close();
      appendFileSync(run.eventsFile, '{"type":"step","st');
      assert.equal((await run.readEvents()).length, 1);
      const next = new RunFolder(run.path);
      next.appendEvent(stepEvent(2));
      next.close();
      assert.deepEqual(
        readFileSync(run.eventsFile, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => (JSON.parse(line) as { step: number }).step),
        [1, 2],
      );
    });

    it('a number that JSON cannot hold is a bug', async () => {
      const run = await newRun();
      assert.throws(() => run.appendEvent({ ...stepEvent(1), loss: NaN } as NewRunEvent), RangeError);
      assert.deepEqual(await run.readEvents(), []);
      run.close();
    });

    it('are followed as they come, half-written ones only when they are whole', async () => {
      const run = await newRun();
      const controller = new AbortController();
      const seen: RunEvent[] = [];
      const followed = run.followEvents(controller.signal);
      run.appendEvent(stepEvent(1));
      const take = async (): Promise<void> => {
        const { value } = await followed.next();
        if (value !== undefined) seen.push(value);
      };
      await take();
      const second = take();
      const line = Buffer.from(`${JSON.stringify({ type: 'warning', time: now.toISOString(), message: 'Ọ̀rọ̀' })}\n`);
      // In the middle of a character.
      appendFileSync(run.eventsFile, line.subarray(0, line.indexOf(0xcc)));
      appendFileSync(run.eventsFile, line.subarray(line.indexOf(0xcc)));
      await second;
      const none = followed.next();
      controller.abort();
      assert.equal((await none).done, true);
      assert.deepEqual(
        seen.map((event) => event.type),
        ['step', 'warning'],
      );
      assert.equal(seen[1]?.type === 'warning' ? seen[1].message : '', 'Ọ̀rọ̀');
      run.close();
    });

    it('a full disk is told, and the line is not there by half', async (t) => {
      const disk = mountSmallDisk(path.join(root, 'small-disk'), '16k');
      if (disk === undefined) {
        t.skip(NO_SMALL_DISK);
        return;
      }
      const run = new RunFolder(disk.path);
      let appended = 0;
      try {
        assert.throws(
          () => {
            for (; appended < 1000; appended++) run.appendEvent(stepEvent(appended + 1));
          },
          (error: unknown) => error instanceof SftError && error.code === 'disk-full',
        );
        assert.ok(appended > 10);
        assert.equal((await run.readEvents()).length, appended);
        assert.ok(readFileSync(run.eventsFile, 'utf8').endsWith('\n'));
      } finally {
        run.close();
        disk.unmount();
      }
    });
  });

  describe('control', () => {
    it('is what was sent last; anything else is nothing', async () => {
      const run = await newRun();
      assert.equal(await run.readControl(), undefined);
      await run.sendControl('pause');
      assert.equal(await run.readControl(), 'pause');
      await run.sendControl('stop');
      assert.equal(await run.readControl(), 'stop');
      writeFileSync(run.controlFile, '{"command": "explode"}');
      assert.equal(await run.readControl(), undefined);
      writeFileSync(run.controlFile, '{"comm');
      assert.equal(await run.readControl(), undefined);
      await run.clearControl();
      assert.equal(await run.readControl(), undefined);
    });
  });

  describe('one writer', () => {
    it('a living writer keeps others out; a released lock can be taken', async () => {
      const run = await newRun();
      const release = await run.acquireLock();
      await assert.rejects(run.acquireLock(), { code: 'run-busy' });
      await release();
      await (
        await run.acquireLock()
      )();
      assert.deepEqual(readdirSync(run.path).sort(), ['run.json', 'state.json']);
    });

    it('a process is kept out by another, and takes over when that one was killed in the middle of writing', async () => {
      const run = await newRun();
      const writer = await startChild(run.path);
      await assert.rejects(run.acquireLock(), { code: 'run-busy' });
      assert.equal((await readRun(run.path)).state.status, 'running');
      await kill(writer);
      const { state } = await readRun(run.path);
      assert.equal(state.status, 'interrupted');
      assert.match(state.message ?? '', /resume/);
      const release = await run.acquireLock();
      run.appendEvent({ type: 'resumed', step: state.step });
      const lines = readFileSync(run.eventsFile, 'utf8').trimEnd().split('\n');
      for (const line of lines) isValid('events', JSON.parse(line));
      run.close();
      await release();
    });

    it('one on another machine keeps others out as long as it is heard of, and its lock goes with it', async () => {
      const run = await newRun();
      const { pid, started } = ownIdentity();
      const elsewhere = (heartbeat: Date): void => {
        const state = { status: 'running', step: 3, total_steps: 60, host: 'node7' };
        writeFileSync(
          run.stateFile,
          JSON.stringify({ ...state, pid, pid_started: started, heartbeat: heartbeat.toISOString() }),
        );
      };
      const lock = path.join(run.path, `lock-${process.ppid}-x`);
      writeFileSync(lock, 'node7');
      elsewhere(new Date());
      await assert.rejects(run.acquireLock(), {
        code: 'run-busy',
        message: `the run is already being written by process ${pid} on node7`,
      });
      const old = new Date(Date.now() - 10 * 60_000);
      elsewhere(old);
      utimesSync(lock, old, old);
      const release = await run.acquireLock();
      assert.ok(!existsSync(lock));
      await release();
      // Begun just now on a machine of which the state does not tell yet.
      writeFileSync(lock, 'node8');
      await assert.rejects(run.acquireLock(), {
        code: 'run-busy',
        message: `the run is already being written by process ${process.ppid} on node8`,
      });
      assert.ok(existsSync(lock));
      await run.writeState({ status: 'stopped' });
      await assert.rejects(run.acquireLock(), { code: 'run-busy' });
      utimesSync(lock, old, old);
      await (
        await run.acquireLock()
      )();
      assert.ok(!existsSync(lock));
      // A process of this machine, told by a lock of an earlier version.
      writeFileSync(lock, '');
      await assert.rejects(run.acquireLock(), { code: 'run-busy' });
      rmSync(lock);
    });

    it('of many that begin at once at most one goes on, and the lock is free afterwards', async () => {
      const run = await newRun();
      const contenders = await Promise.all([1, 2, 3, 4].map(() => startContender(run.path)));
      const winners = contenders.filter(({ won }) => won);
      await Promise.all(winners.map((winner) => kill(winner.process)));
      assert.ok(winners.length <= 1, `${winners.length} held the lock together`);
      await (
        await run.acquireLock()
      )();
    });
  });
}
