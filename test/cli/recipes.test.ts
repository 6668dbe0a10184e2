import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { MODEL, sft, smallConfig, temporaryFolder } from './sft';

const folder = temporaryFolder();
const PYTHON = process.env['SFT_PYTHON'];
/** All examples in one update: its loss is the same in whatever order they come. */
const CONFIG = {
  max_steps: 2,
  warmup_steps: 0,
  learning_rate: 1e-3,
  per_device_batch_size: 60,
  lora_dropout: 0,
  gradient_accumulation_steps: 1,
  split: { train: 1 },
  eval_steps: null,
};

/** What a tool makes of its recipe; the test is skipped where there is no such tool. */
function withTool(context: TestContext, tool: string, recipe: string): Record<string, unknown> | undefined {
  if (PYTHON === undefined) {
    context.skip('SFT_PYTHON names no Python with it');
    return undefined;
  }
  const done = spawnSync(PYTHON, ['test/reference/recipes.py', tool, recipe], { encoding: 'utf8' });
  if (done.status === 3) {
    context.skip(`SFT_PYTHON has ${done.stdout.trim()}`);
    return undefined;
  }
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
}

describe('sft export of recipes', () => {
  let config: string;
  let first: number;

  before(() => {
    config = smallConfig(folder, CONFIG);
    const run = path.join(folder, 'run');
    const trained = sft(['train', config, '--run', run]);
    assert.equal(trained.code, 0, trained.err);
    const steps = readFileSync(path.join(run, 'events.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; loss: number })
      .filter(({ type }) => type === 'step');
    assert.equal(steps.length, 2);
    first = steps[0]!.loss;
  });

  function recipeOf(place: string, tool: string): string {
    const out = path.join(folder, `${path.basename(place)}-${tool}`);
    rmSync(out, { recursive: true, force: true });
    const made = sft(['export', place, '--to', tool, '--out', out, '--json']);
    assert.equal(made.code, 0, made.err);
    const told = JSON.parse(made.out) as { differences: string[] };
    const readme = readFileSync(path.join(out, 'README.md'), 'utf8');
    for (const line of told.differences) assert.ok(readme.includes(line), line);
    return out;
  }

  for (const tool of ['trl', 'llama-factory']) {
    it(`${tool}: really trains two steps with it, and begins with the loss that training here begins with`, (context) => {
      const seen = withTool(context, tool, recipeOf(config, tool)) as { losses: number[] } | undefined;
      if (seen === undefined) return;
      assert.equal(seen.losses.length, 2);
      // It prints four digits.
      assert.ok(Math.abs(seen.losses[0]! / first - 1) < 1e-3, `${seen.losses[0]} there, ${first} here`);
      assert.ok(seen.losses[1]! < seen.losses[0]!);
    });
  }

  it('axolotl: its own reader takes every key', (context) => {
    const seen = withTool(context, 'axolotl', recipeOf(config, 'axolotl'));
    if (seen === undefined) return;
    assert.deepEqual(seen['unknown'], []);
    const { learning_rate: rate, micro_batch_size: batch } = seen['read'] as Record<string, unknown>;
    assert.deepEqual([rate, batch], [1e-3, 60]);
  });

  it('of a run is that of its configuration, and refuses other data than it was trained on', () => {
    const [ofConfig, ofRun] = [recipeOf(config, 'trl'), recipeOf(path.join(folder, 'run'), 'trl')];
    for (const name of ['trl.yaml', 'data/train.jsonl', 'chat_template.jinja'])
      assert.equal(readFileSync(path.join(ofRun, name), 'utf8'), readFileSync(path.join(ofConfig, name), 'utf8'));
    const data = path.join(folder, 'data.json');
    assert.ok(existsSync(data));
    cpSync(data, `${data}.kept`);
    writeFileSync(data, `${readFileSync(data, 'utf8')}\n`);
    const refused = sft(['export', path.join(folder, 'run'), '--to', 'trl', '--out', path.join(folder, 'other')]);
    cpSync(`${data}.kept`, data);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /not the one this run was trained on/);
    assert.ok(!existsSync(path.join(folder, 'other')));
  });

  it('refuses a method that the tools do not have', () => {
    const other = path.join(folder, 'prompt.config.json');
    const written = JSON.parse(readFileSync(config, 'utf8')) as Record<string, unknown>;
    writeFileSync(other, JSON.stringify({ ...written, lora_dropout: undefined, training_type: 'prompt_tuning' }));
    const refused = sft(['export', other, '--to', 'trl', '--out', path.join(folder, 'none')]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /trl has no training_type "prompt_tuning"/);
  });

  it('names no folder of this machine but the model where that is on the Hub no more', () => {
    const text = readFileSync(path.join(recipeOf(config, 'trl'), 'trl.yaml'), 'utf8');
    assert.match(text, new RegExp(`model_name_or_path: "${path.resolve(MODEL)}"`));
    assert.ok(!text.includes(folder));
  });
});
