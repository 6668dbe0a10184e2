import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { deviceOf } from '../../src/cli/open-device';
import { parseConfig } from '../../src/config/parse-config';
import { createRun } from '../../src/runs/create-run';
import type { RunEvent } from '../../src/runs/folder/event-schema';
import { STATE_FILE } from '../../src/runs/folder/run-files';
import type { RunState } from '../../src/runs/folder/state-schema';
import { work } from '../../src/runs/worker/worker';
import { smallConfig, temporaryFolder } from '../cli/sft';

it('whoever trains and state.json are told what a run does besides stepping, and how long it will take', async () => {
  const folder = temporaryFolder();
  const split = { train: 0.4, validation: 0.1, test: 0.5 };
  const values = { max_steps: 2, warmup_steps: 0, eval_steps: 1, save_steps: 1, max_new_tokens: 48, split };
  const configFile = smallConfig(folder, values);
  const config = parseConfig(readFileSync(configFile, 'utf8'), configFile);
  const run = await createRun({ config, configFile, now: new Date(), folder: path.join(folder, 'run') });
  const events: RunEvent[] = [];
  const told: string[] = [];
  const states = new Map<string, RunState>();
  const done = await work(run, {
    device: deviceOf(config, {}),
    resume: false,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    onProgress: (text) => {
      told.push(text);
      // As the last beat left it: a beat is written at most twice a second.
      const state = STATE_FILE.parse(readFileSync(run.stateFile, 'utf8'), run.stateFile);
      if (state.status === 'running' && state.message !== undefined) states.set(state.message, state);
    },
    onLog: () => undefined,
  });
  assert.ok(done);
  const steps = events.filter((event) => event.type === 'step');
  assert.equal(steps.length, 2);
  for (const { seconds_left: left } of steps) assert.ok(left !== undefined && left > 0);
  const known = (wanted: RegExp): boolean => told.some((text) => wanted.test(text));
  for (const reading of ['reading the data', 'reading the weights']) assert.ok(told.includes(reading), told.join('\n'));
  for (const activity of ['measuring the validation loss', 'saving', 'evaluating'])
    assert.ok(known(new RegExp(`^${activity}, .* left$`)), `${activity}: ${told.join('\n')}`);
  for (const name of ['base', 'tuned'])
    assert.ok(known(new RegExp(`^evaluating the ${name} model: 30 of 30 questions, .* left$`)), told.join('\n'));
  const answering = [...states].filter(([message]) => /^evaluating the (base|tuned) model: \d+ of 30/.test(message));
  assert.ok(answering.length > 0, [...states.keys()].join('\n'));
  for (const [, state] of answering) assert.equal(typeof state.seconds_left, 'number');
});
