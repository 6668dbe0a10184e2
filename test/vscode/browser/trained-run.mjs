// A run in the workspace of a browser test, really trained by the command line: the tiny model learns it in a few seconds.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/setup.mjs';

/**
 * Trains once; a second call with the same name gives the same run.
 * @param name of the run and of its folder in the workspace, which holds `faq.json` and `sft.config.json`
 * @param values of the configuration that differ from a short run
 * @returns {string} the run folder
 */
export function trainedRun(workspace, name, values = {}) {
  const run = runFolder(workspace, name);
  if (existsSync(run)) return run;
  train(workspace, name, values, run);
  return run;
}

/** Starts a run that goes on by itself until it is stopped, and leaves a core to the window. @returns {string} the run folder, when its worker has begun */
export function startedRun(workspace, name) {
  const run = runFolder(workspace, name);
  train(workspace, name, { max_steps: 5000, save_steps: null, threads: 1 }, run, '--detach');
  const { pid } = JSON.parse(readFileSync(path.join(run, 'state.json'), 'utf8'));
  // It outlives the window, and so would that of a test that fails.
  process.once('exit', () => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  });
  return run;
}

function runFolder(workspace, name) {
  return path.join(workspace, name, '.sft/runs', `20260102-101500-${name}`);
}

/** A configuration in a folder of its own, on data that is learned in a moment. @returns {string} its path */
export function writeConfig(workspace, name, values = {}) {
  const project = path.join(workspace, name);
  mkdirSync(project, { recursive: true });
  const examples = JSON.parse(readFileSync(path.join(root, 'examples/nigeria-services.json'), 'utf8')).slice(0, 60);
  writeFileSync(path.join(project, 'faq.json'), `${JSON.stringify(examples, undefined, 2)}\n`);
  const config = {
    name,
    model_name: path.join(root, 'examples/tiny-llama'),
    dataset: 'faq.json',
    max_steps: 8,
    warmup_steps: 1,
    save_steps: 4,
    max_new_tokens: 12,
    ...values,
  };
  const file = path.join(project, 'sft.config.json');
  writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`);
  return file;
}

function train(workspace, name, values, run, ...options) {
  const file = writeConfig(workspace, name, values);
  const trained = spawnSync(
    process.execPath,
    [path.join(root, 'dist/sft.js'), 'train', file, '--run', run, ...options],
    {
      encoding: 'utf8',
      env: { ...process.env, XDG_STATE_HOME: path.join(workspace, '.state') },
    },
  );
  assert.equal(trained.status, 0, trained.stderr);
}

/** The events of a run. */
export function eventsOf(run) {
  const lines = readFileSync(path.join(run, 'events.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}
