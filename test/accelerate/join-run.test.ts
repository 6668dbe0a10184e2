import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ownIdentity } from '../../src/base/process-identity';
import { parseConfig } from '../../src/config/parse-config';
import { createRun } from '../../src/runs/create-run';
import { joinRun } from '../../src/runs/join-run';
import type { RunFolder } from '../../src/runs/folder/run-folder';
import { DATA, MODEL, temporaryFolder } from '../cli/sft';

const SKIP = process.platform === 'win32' ? 'machines are joined by a script of a shell' : false;
const root = temporaryFolder();
let number = 0;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const there = async (file: string): Promise<void> => {
  while (!existsSync(file)) await pause(20);
};

interface Run {
  readonly folder: RunFolder;
  /** What the processes of this machine have written: `begun`, then `told` where they were told to end, then `ended`. */
  readonly words: () => string[];
  /** Lets the processes of this machine end. */
  readonly end: () => void;
  /** Has the worker write how the run stands, and what the others are to run. */
  readonly begin: () => Promise<void>;
  readonly begun: () => Promise<void>;
}

/** A run that this process is the worker of, as far as its files tell. */
async function newRun(): Promise<Run> {
  const configFile = path.join(root, 'sft.config.json');
  const config = parseConfig(JSON.stringify({ model_name: MODEL, dataset: DATA, max_steps: 2 }), configFile);
  const folder = await createRun({ config, configFile, now: new Date(), folder: path.join(root, `run-${++number}`) });
  await folder.writeState({ status: 'stopped' });
  const engine = path.join(folder.path, 'engine');
  const [words, end] = [path.join(folder.path, 'words'), path.join(folder.path, 'end')];
  mkdirSync(engine);
  return {
    folder,
    words: () => readFileSync(words, 'utf8').trim().split('\n'),
    end: () => {
      writeFileSync(end, '');
    },
    begin: async () => {
      await folder.writeState({ status: 'running' });
      writeFileSync(path.join(engine, 'job.json'), JSON.stringify({ owner: { ...ownIdentity(), host: hostname() } }));
      const lines = [
        `trap 'echo told >> "${words}"' TERM`,
        `echo begun >> "${words}"`,
        `while [ -e "${words}" ] && [ ! -e "${end}" ]; do sleep 0.05; done`,
        `echo ended >> "${words}"`,
      ];
      writeFileSync(path.join(engine, 'node.sh'), `${lines.join('\n')}\n`);
    },
    begun: () => there(words),
  };
}

const onLog = (): void => undefined;

describe('a machine that joins a run', { skip: SKIP }, () => {
  it('leaves its processes to the worker that saves with them, when it is asked to leave', async () => {
    const run = await newRun();
    const asked = new AbortController();
    const joined = joinRun(run.folder.path, { node: 1, signal: asked.signal, onLog });
    await run.begin();
    await run.begun();
    asked.abort();
    await pause(1500);
    assert.deepEqual(run.words(), ['begun']);
    run.end();
    assert.equal(await joined, undefined);
    assert.deepEqual(run.words(), ['begun', 'ended']);
  });

  it('goes on where the folder cannot be read for a moment, while it waits and while it trains', async () => {
    const run = await newRun();
    const { stateFile } = run.folder;
    const unreadable = async (): Promise<void> => {
      renameSync(stateFile, `${stateFile}.aside`);
      mkdirSync(stateFile);
      await pause(1200);
      rmdirSync(stateFile);
      renameSync(`${stateFile}.aside`, stateFile);
    };
    const joined = joinRun(run.folder.path, { node: 1, signal: new AbortController().signal, onLog });
    await pause(200);
    await unreadable();
    await run.begin();
    await run.begun();
    await unreadable();
    assert.deepEqual(run.words(), ['begun']);
    await run.folder.writeState({ status: 'stopped' });
    run.end();
    assert.equal((await joined)?.status, 'stopped');
    assert.deepEqual(run.words(), ['begun', 'ended']);
  });
});
