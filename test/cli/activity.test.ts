import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { follow, smallConfig, temporaryFolder } from './sft';

it('the command line and state.json name what a run does besides stepping, and how long it will take', async () => {
  const folder = temporaryFolder();
  const run = path.join(folder, 'run');
  mkdirSync(run);
  const split = { train: 0.4, validation: 0.1, test: 0.5 };
  const config = smallConfig(folder, {
    max_steps: 2,
    warmup_steps: 0,
    eval_steps: 1,
    save_steps: 1,
    max_new_tokens: 48,
    split,
  });
  const states = new Map<string, number | undefined>();
  const watcher = watch(run, () => {
    try {
      const state = JSON.parse(readFileSync(path.join(run, 'state.json'), 'utf8')) as Readonly<Record<string, unknown>>;
      if (state['status'] === 'running')
        states.set(String(state['message']), state['seconds_left'] as number | undefined);
    } catch {
      // It is not there yet.
    }
  });
  const { code, err, lines } = await follow(['train', config, '--run', run], () => undefined);
  watcher.close();
  assert.equal(code, 0, err);
  for (const step of lines.filter(({ type }) => type === 'step')) assert.ok(Number(step['seconds_left']) > 0);
  assert.match(err, /^(measuring the validation loss|answering the test questions|saving), .* left$/m);
  assert.match(err, /^the (base|tuned) model answered \d+ of 30 test questions, .* left$/m);
  const told = [...states].filter(([message]) =>
    /^the (base|tuned) model answered \d+ of 30 test questions$/.test(message),
  );
  assert.ok(told.length > 0, [...states.keys()].join('\n'));
  assert.ok(told.every(([, left]) => typeof left === 'number'));
});
