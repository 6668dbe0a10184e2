import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { parseConfig } from '../../src/config/parse-config';
import { configText } from '../../src/config/write-config';
import { SftError } from '../../src/base/errors';
import { makeFolder, writeFileAtomic } from '../../src/base/files';
import { claimEnding } from '../../src/runs/folder/claim';
import { createRun } from '../../src/runs/create-run';
import { waitForTurn } from '../../src/runs/worker/device-queue';
import { readLabel, writeLabel } from '../../src/runs/label';
import { launchRun, relaunchRun } from '../../src/runs/launch';
import { rate, readRatings } from '../../src/runs/folder/ratings';
import { listRuns, readRun } from '../../src/runs/read-runs';
import { RunFolder } from '../../src/runs/folder/run-folder';
import { mountSmallDisk, NO_SMALL_DISK } from '../small-disk';

const root = mkdtempSync(path.join(tmpdir(), 'sft-full-disk-'));
const disk = mountSmallDisk(path.join(root, 'disk'), '64k');
after(() => {
  disk?.unmount();
  rmSync(root, { recursive: true, force: true });
});
const dataset = path.join(root, 'data.json');
writeFileSync(dataset, '[{"question": "Where?", "answer": "In Lagos."}]');
const configFile = path.join(root, 'sft.config.json');
const output = path.join(root, 'disk/runs');
const config = parseConfig(
  JSON.stringify({ model_name: root, dataset, output_dir: output, name: 'small' }),
  configFile,
);
// Must not come to be run: whatever starts it has not seen the full disk.
const command = { execPath: process.execPath, entry: path.join(root, 'nothing.js') };

function newRun(): Promise<RunFolder> {
  return createRun({ config, configFile, now: new Date() });
}

/** Does something on a full disk and on a read-only one: each says what, where, and what to do. @param left looks at what is there */
async function refusedOnBoth(
  act: () => Promise<unknown>,
  place: string,
  left: () => Promise<void> | void,
): Promise<void> {
  const says =
    (code: string, remedy: RegExp) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof SftError, String(error));
      assert.equal(error.code, code);
      assert.ok(error.file?.startsWith(place), `${error.file ?? 'nowhere'} is not at ${place}`);
      assert.match(error.remedy ?? '', remedy);
      return true;
    };
  disk!.fill();
  await assert.rejects(act, says('disk-full', /free some space/));
  disk!.clear();
  await left();
  disk!.setReadOnly(true);
  try {
    await assert.rejects(act, says('not-writable', /another/));
    await left();
  } finally {
    disk!.setReadOnly(false);
  }
}

describe('on a full disk and on a read-only one', { skip: disk === undefined && NO_SMALL_DISK }, () => {
  afterEach(() => {
    rmSync(output, { recursive: true, force: true });
  });

  it('a run is not created, and nothing of it stays', async () => {
    await makeFolder(output);
    await refusedOnBoth(newRun, output, () => {
      assert.deepEqual(readdirSync(output), []);
    });
    await refusedOnBoth(
      () => launchRun({ config, configFile, command }),
      output,
      async () => {
        assert.deepEqual(await listRuns(output), { runs: [], damaged: [] });
      },
    );
  });

  it('a run is not resumed, and stays as it was', async () => {
    const run = await newRun();
    await run.writeState({ status: 'stopped', step: 7 });
    disk!.setReadOnly(true);
    try {
      await assert.rejects(relaunchRun(run.path, command), { code: 'not-writable', file: run.outputFile });
      // What was asked of the former worker cannot be taken back.
      disk!.setReadOnly(false);
      await run.sendControl('stop');
      disk!.setReadOnly(true);
      await assert.rejects(relaunchRun(run.path, command), { code: 'not-writable', file: run.controlFile });
    } finally {
      disk!.setReadOnly(false);
    }
    const { state } = await readRun(run.path);
    assert.deepEqual([state.status, state.step], ['stopped', 7]);
  });

  it('a request to the worker is refused, and the former one stays', async () => {
    const run = await newRun();
    await run.sendControl('pause');
    await refusedOnBoth(
      () => run.sendControl('stop'),
      run.controlFile,
      async () => {
        assert.equal(await run.readControl(), 'pause');
      },
    );
  });

  it('a rating is refused, and the others stay', async () => {
    const { path: folder } = await newRun();
    const before = await rate(folder, 3, 5);
    await refusedOnBoth(
      () => rate(folder, 4, 1),
      folder,
      async () => {
        assert.deepEqual(await readRatings(folder), before);
      },
    );
    assert.equal((await rate(folder, 4, 1)).length, 2, 'a failure holds up none that comes after it');
  });

  it('a name is refused, given or taken back, and the former one stays', async () => {
    const { path: folder } = await newRun();
    await writeLabel(folder, 'First try');
    await refusedOnBoth(
      () => writeLabel(folder, 'Second'),
      folder,
      async () => {
        assert.equal(await readLabel(folder), 'First try');
      },
    );
    disk!.setReadOnly(true);
    try {
      await assert.rejects(writeLabel(folder, ''), { code: 'not-writable' });
    } finally {
      disk!.setReadOnly(false);
    }
    assert.equal(await readLabel(folder), 'First try');
  });

  it('a configuration is not written by half', async () => {
    const file = path.join(output, 'again/sft.config.json');
    await makeFolder(path.dirname(file));
    const text = configText({ model_name: root, dataset }, file);
    await writeFileAtomic(file, text);
    const former = readFileSync(file, 'utf8');
    await refusedOnBoth(
      () => writeFileAtomic(file, former.repeat(2)),
      file,
      () => {
        assert.equal(readFileSync(file, 'utf8'), former);
        assert.deepEqual(readdirSync(path.dirname(file)), ['sft.config.json']);
      },
    );
    disk!.setReadOnly(true);
    try {
      for (const inner of ['third', 'third/fourth']) {
        const third = path.join(output, 'third');
        await assert.rejects(makeFolder(path.join(output, inner)), {
          code: 'not-writable',
          file: third,
          message: /read-only/,
        });
      }
      await makeFolder(output);
    } finally {
      disk!.setReadOnly(false);
    }
  });

  it('the queue of a device is not entered, and no ticket stays', async () => {
    const queue = path.join(output, 'devices/cpu');
    await makeFolder(queue);
    const signal = new AbortController().signal;
    const onWait = (): never => assert.fail('nobody is before it');
    const wait = (): Promise<unknown> =>
      waitForTurn('cpu', { run: root, name: 'small' }, { since: 1, signal, onWait }, queue);
    await refusedOnBoth(wait, queue, () => {
      assert.deepEqual(readdirSync(queue), []);
    });
  });

  it('the end of a run is told all the same', async () => {
    const run = await newRun();
    await run.writeState({ status: 'done' });
    disk!.setReadOnly(true);
    try {
      assert.equal(await claimEnding(run.path, await run.readState()), true);
    } finally {
      disk!.setReadOnly(false);
    }
  });
});
