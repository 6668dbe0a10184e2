import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { formatError, SftError } from '../../base/errors';
import { CONFIG_SCHEMA } from '../../config/config-schema';
import { parseConfig } from '../../config/parse-config';
import { RunArtifacts } from '../artifacts';
import { createRun } from '../create-run';
import { listRuns, readRun } from '../read-runs';
import type { RunFolder } from './run-folder';
import { unknownKeys } from './run-config';

const root = mkdtempSync(path.join(tmpdir(), 'sft-run-files-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});
const dataset = path.join(root, 'data.json');
writeFileSync(dataset, '[{"question": "q", "answer": "a"}]');
const configFile = path.join(root, 'sft.config.json');
const config = parseConfig(JSON.stringify({ model_name: 'model', dataset, lora_r: 8 }), configFile);
let day = 1;
const newRun = (outputDir = path.join(root, 'runs')): Promise<RunFolder> =>
  createRun({ config, configFile, now: new Date(2026, 0, day++), outputDir });

type Json = Record<string, unknown>;
const change = (file: string, edit: (value: Json) => void): void => {
  const value = JSON.parse(readFileSync(file, 'utf8')) as Json;
  edit(value);
  writeFileSync(file, JSON.stringify(value));
};
const part = (value: Json, key: string): Json => value[key] as Json;

describe('the files of a run that an earlier version wrote', () => {
  it('have the defaults of every key that it did not know', async () => {
    const optional = Object.entries(CONFIG_SCHEMA.properties).filter(
      ([key, property]) =>
        'default' in property &&
        !['$schema', 'name', 'split', 'train_on', 'enable_thinking', 'retention'].includes(key),
    );
    assert.ok(optional.length > 30);
    const run = await newRun();
    change(run.runFile, (value) => {
      for (const [key] of optional) Reflect.deleteProperty(part(value, 'config'), key);
      Reflect.deleteProperty(part(value, 'base_model'), 'adapter');
    });
    const read = await run.readRun();
    for (const [key, property] of optional) {
      // Every run has written it; paths are read from the run folder.
      if (key === 'output_dir') continue;
      assert.deepEqual(read.config[key as keyof typeof config], (property as { default: unknown }).default, key);
    }
    assert.equal(read.base_model.adapter, null);
    assert.deepEqual(read.config.split, config.split);
  });

  it('mean what that version did, where the default has changed since', async () => {
    const run = await newRun();
    change(run.runFile, (value) => {
      Reflect.deleteProperty(part(part(value, 'config'), 'split'), 'near_duplicate_threshold');
      Reflect.deleteProperty(part(value, 'split'), 'near_duplicate_threshold');
      for (const key of ['train_on', 'enable_thinking', 'retention'])
        Reflect.deleteProperty(part(value, 'config'), key);
    });
    const { config: read, split } = await run.readRun();
    assert.equal(read.split.near_duplicate_threshold, null);
    assert.equal(split.near_duplicate_threshold, null);
    assert.deepEqual([read.train_on, read.enable_thinking, read.retention], ['last', false, false]);
    assert.deepEqual([config.train_on, config.enable_thinking], ['all', 'auto']);
    assert.equal(config.split.near_duplicate_threshold, 0.8);
  });

  it('have a state', async () => {
    const run = await newRun();
    change(run.stateFile, (state) => {
      delete state['pid_started'];
      delete state['total_steps'];
    });
    const { pid_started: started, total_steps: steps } = await run.readState();
    assert.deepEqual([started, steps], [null, null]);
  });
});

describe('the files of a run that a newer version wrote', () => {
  it('are read; what this version does not know is kept and can be told', async () => {
    const run = await newRun();
    change(run.runFile, (value) => {
      part(value, 'config')['a_key_of_tomorrow'] = true;
      value['engine'] = 'other';
    });
    change(run.stateFile, (state) => (state['host'] = 'here'));
    const { run: read, state } = await readRun(run.path);
    assert.deepEqual(unknownKeys(read.config), ['a_key_of_tomorrow']);
    assert.deepEqual(unknownKeys(config), []);
    assert.equal(state.status, 'starting');
  });
});

describe('a damaged file of a run', () => {
  const refused = async (reading: Promise<unknown>, file: string, reason: RegExp, remedy: RegExp): Promise<void> => {
    await assert.rejects(reading, (error) => {
      assert.ok(error instanceof SftError);
      assert.deepEqual([error.code, error.exitCode, error.file], ['unreadable', 2, file]);
      assert.match(error.message, reason);
      assert.match(error.remedy ?? '', remedy);
      return true;
    });
  };

  it('is named with what is wrong in it and what to do', async () => {
    const run = await newRun();
    const whole = readFileSync(run.runFile, 'utf8');
    for (const [edit, reason] of [
      [
        (value: Json) => (part(value, 'config')['lora_r'] = '8'),
        /config\.lora_r must be a whole number of at least 1 and up to 4096, not "8"/,
      ],
      [(value: Json) => delete part(value, 'config')['model_name'], /config\.model_name is missing/],
      [(value: Json) => (part(value, 'config')['training_type'] = 'all'), /config\.training_type cannot be "all"/],
      [(value: Json) => delete value['created'], /created is missing/],
    ] as const) {
      writeFileSync(run.runFile, whole);
      change(run.runFile, edit);
      await refused(run.readRun(), run.runFile, reason, /copy or delete the run folder/);
    }
    for (const text of ['', '{"id"', 'null', '[]']) {
      writeFileSync(run.runFile, text);
      await refused(run.readRun(), run.runFile, /is damaged/, /delete the run folder/);
    }
    change(run.stateFile, (state) => (state['status'] = 'asleep'));
    await refused(run.readState(), run.stateFile, /status is not one of starting, queued/, /delete it: the state is/);
  });

  it('hides no other run', async () => {
    const outputDir = path.join(root, 'list');
    const whole = [await newRun(outputDir), await newRun(outputDir)];
    const first = await newRun(outputDir);
    const second = await newRun(outputDir);
    change(first.runFile, (value) => (value['config'] = 3));
    change(second.stateFile, (state) => (state['step'] = -1));
    const { runs, damaged } = await listRuns(outputDir);
    const reasons = damaged.map(({ reason }) => reason);
    assert.deepEqual(
      runs.map(({ folder }) => folder.path),
      whole.map((run) => run.path).toReversed(),
    );
    assert.equal(reasons.length, 2);
    assert.ok(reasons.some((reason) => reason.startsWith(first.runFile) && reason.includes('config is not an object')));
    assert.ok(
      reasons.some(
        (reason) => reason.startsWith(second.stateFile) && reason.includes('step is not a whole number from 0'),
      ),
    );
  });

  it('of the evaluation names the line, and how to make it anew', async () => {
    const run = await newRun();
    const artifacts = new RunArtifacts(run.path, config);
    await refused(artifacts.readEvaluation(), artifacts.evaluationFile, /does not exist/, /sft evaluate/);
    writeFileSync(artifacts.evaluationFile, '{"examples": 3}');
    await refused(artifacts.readEvaluation(), artifacts.evaluationFile, /stemmer is missing/, /sft evaluate/);
    const answer = { answer: 'a', cut: false, rouge1: 1, rouge2: 1, rougeL: 1, nll: 0.5, trained: 2 };
    const line = { index: 0, line: 2, question: 'q', reference: 'a', base: answer, tuned: answer };
    writeFileSync(artifacts.predictionsFile, `${JSON.stringify(line)}\n{"index": 1}\n`);
    await assert.rejects(artifacts.readPredictions(), (error) => {
      assert.ok(error instanceof SftError);
      assert.ok(formatError(error).startsWith(`${artifacts.predictionsFile}:2 is damaged: line is missing`));
      return true;
    });
    writeFileSync(artifacts.predictionsFile, `${JSON.stringify(line)}\n`);
    assert.deepEqual(await artifacts.readPredictions(), [line]);
  });

  it('is not written over by a new run in the same folder', async () => {
    const run = await newRun();
    writeFileSync(run.runFile, '{"id"');
    await assert.rejects(createRun({ config, configFile, now: new Date(), folder: run.path }), { code: 'run-exists' });
    assert.equal(readFileSync(run.runFile, 'utf8'), '{"id"');
  });
});
