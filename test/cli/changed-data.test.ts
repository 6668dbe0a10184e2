import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseConfig } from '../../src/config/parse-config';
import { createRun } from '../../src/runs/create-run';
import type { RunFolder } from '../../src/runs/folder/run-folder';
import { sft, smallConfig, temporaryFolder } from './sft';

const quick = { max_steps: 2, save_steps: null, eval_steps: null, split: { train: 1, validation: 0, test: 0 } };

/** A run that was created and not begun, as the editor and --detach make it, and its data. */
async function created(): Promise<{ readonly run: RunFolder; readonly data: string; readonly before: string }> {
  const folder = temporaryFolder();
  const configFile = smallConfig(folder, quick);
  const config = parseConfig(readFileSync(configFile, 'utf8'), configFile);
  const run = await createRun({ config, configFile, now: new Date(), folder: path.join(folder, 'run') });
  const data = path.join(folder, 'data.json');
  return { run, data, before: readFileSync(data, 'utf8') };
}

/** The data with one answer changed. */
const edited = (text: string): string => text.replace(/"answer": "/, '"answer": "Well, ');

describe('a dataset that was changed', () => {
  it('after the run was created is not trained on under the old hash; a new run takes it', async () => {
    const { run, data, before } = await created();
    writeFileSync(data, edited(before));
    const started = sft(['train', '--run', run.path, '--resume']);
    assert.equal(started.code, 1);
    assert.match(started.err, /data\.json the dataset was changed after the run was created.*start a new run/);
    const { status, message, step } = await run.readState();
    assert.deepEqual([status, step], ['failed', 0]);
    assert.match(message ?? '', /the dataset was changed/);
    assert.ok(!(await run.readEvents()).some(({ type }) => type === 'start' || type === 'step'));

    const again = path.join(path.dirname(run.path), 'again');
    const config = path.join(path.dirname(run.path), 'sft.config.json');
    assert.equal(sft(['train', config, '--run', again]).code, 0);
  });

  it('and put back lets the run go on', async () => {
    const { run, data, before } = await created();
    writeFileSync(data, edited(before));
    assert.equal(sft(['train', '--run', run.path, '--resume']).code, 1);
    const resumed = sft(['train', '--run', run.path, '--resume']);
    assert.equal(resumed.code, 1);
    assert.match(resumed.err, /not the one this run was started with.*restore the original file/);
    writeFileSync(data, before);
    const done = sft(['train', '--run', run.path, '--resume']);
    assert.equal(done.code, 0, done.err);
    assert.equal((await run.readState()).status, 'done');
  });
});

describe('a run of a newer version', () => {
  it('whose configuration has a key that is unknown here is left as it is', async () => {
    const { run } = await created();
    const written = JSON.parse(readFileSync(run.runFile, 'utf8')) as { config: object };
    writeFileSync(run.runFile, JSON.stringify({ ...written, config: { ...written.config, a_key_of_tomorrow: true } }));
    const state = readFileSync(run.stateFile, 'utf8');
    const resumed = sft(['train', '--run', run.path, '--resume']);
    assert.equal(resumed.code, 1);
    assert.match(resumed.err, /made by version .* which has a_key_of_tomorrow.*update SFT Workbench/);
    assert.equal(readFileSync(run.stateFile, 'utf8'), state);
  });
});
