import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseConfig } from '../config/parse-config';
import { changedSettings, differingKeys, runBefore } from './changed-settings';
import { createRun } from './create-run';
import { listRuns, type RunSummary } from './read-runs';

const root = mkdtempSync(path.join(tmpdir(), 'sft-changed-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});
const configFile = path.join(root, 'sft.config.json');
let minute = 0;

async function make(values: object, data: string, file = configFile): Promise<RunSummary> {
  writeFileSync(path.join(root, 'data.json'), data);
  const config = parseConfig(JSON.stringify({ model_name: 'model', dataset: 'data.json', ...values }), file);
  const outputDir = path.join(root, 'runs');
  const { path: folder } = await createRun({
    config,
    configFile: file,
    now: new Date(2026, 0, 1, 0, minute++),
    outputDir,
  });
  return (await listRuns(outputDir)).runs.find((run) => run.folder.path === folder)!;
}

describe('what a run changed', () => {
  it('is told against the run before it of the same configuration', async () => {
    const first = await make({ lora_r: 8, max_steps: 10 }, '[]');
    const other = await make({ lora_r: 64 }, '[]', path.join(root, 'other.json'));
    const second = await make({ lora_r: 16, learning_rate: 0.0001, name: 'again', output_dir: 'elsewhere' }, '[1]');
    const all = [second, other, first];
    assert.equal(runBefore(first, all), undefined);
    assert.equal(runBefore(second, all)?.id, first.run.id);
    assert.equal(changedSettings(second.run, first.run), 'lora_r 16, no max_steps, learning_rate 1e-4, other data');
    assert.equal(changedSettings(first.run, first.run), '');
    // What runs are called and where they lie is no setting.
    assert.deepEqual(differingKeys([first.run, second.run]).sort(), ['learning_rate', 'lora_r', 'max_steps']);
  });
});

describe('what compared runs differ in', () => {
  const keys = async (one: object, other: object): Promise<string[]> =>
    differingKeys([(await make(one, '[]')).run, (await make(other, '[]')).run]);

  it('leaves out what means the same', async () => {
    const same: readonly [object, object][] = [
      [{}, { lora_r: 16, learning_rate: 2e-4, loftq_config: null }],
      [{ learning_rate: 0.0001 }, { learning_rate: 1e-4, name: 'other', output_dir: 'elsewhere' }],
      [{ target_modules: 'all-linear' }, {}],
      [{ target_modules: ['v_proj', 'q_proj'] }, { target_modules: ['q_proj', 'v_proj'] }],
      [{ max_steps: 10 }, { max_steps: 10, num_train_epochs: 2 }],
      [{ warmup_steps: 5 }, { warmup_steps: 5, warmup_ratio: 0.1 }],
      [{ packing: true }, {}],
      [{ training_type: 'full' }, { training_type: 'full', lora_r: 8, target_modules: ['q_proj'] }],
    ];
    for (const [one, other] of same) assert.deepEqual(await keys(one, other), [], JSON.stringify([one, other]));
  });

  it('keeps what does not', async () => {
    assert.deepEqual(await keys({ max_steps: 10 }, { num_train_epochs: 2 }), ['max_steps']);
    assert.deepEqual(await keys({ warmup_ratio: 0.1, warmup_steps: 0 }, { warmup_ratio: 0.2, warmup_steps: 0 }), [
      'warmup_ratio',
    ]);
    assert.deepEqual(await keys({ training_type: 'full' }, {}), ['training_type']);
    const first = { rank_pattern: { down_proj: 8, proj: 4 } };
    assert.deepEqual(await keys(first, { rank_pattern: { proj: 4, down_proj: 8 } }), ['rank_pattern']);
  });

  it('goes by the data of a file, not by where it is', async () => {
    const { run } = await make({}, '[]');
    const moved = { ...run, config: { ...run.config, dataset: '/elsewhere/data.json' } };
    assert.deepEqual(differingKeys([run, moved]), []);
    const { run: other } = await make({}, '[1]');
    assert.deepEqual(differingKeys([run, other]), []);
    assert.deepEqual(differingKeys([moved, other]), ['dataset']);
  });
});

describe('the number of a run', () => {
  it('counts those of an output folder, also where several are made at once, and damaged ones', async () => {
    const outputDir = path.join(root, 'numbered');
    writeFileSync(path.join(root, 'data.json'), '[]');
    const config = parseConfig(JSON.stringify({ model_name: 'model', dataset: 'data.json', name: 'faq' }), configFile);
    const create = (): ReturnType<typeof createRun> => createRun({ config, configFile, now: new Date(), outputDir });
    const made = await Promise.all(Array.from({ length: 6 }, create));
    const numbers = await Promise.all(made.map(async (run) => (await run.readRun()).number));
    assert.deepEqual(numbers.sort(), [1, 2, 3, 4, 5, 6]);
    const last = (await listRuns(outputDir)).runs.find(({ run }) => run.number === 6)!;
    assert.equal(last.label, '#6 faq');
    writeFileSync(last.folder.runFile, `{\n  "number": 6,\n  "id": `);
    assert.equal((await (await create()).readRun()).number, 7);
  });

  it('is none for a folder of its own', async () => {
    writeFileSync(path.join(root, 'data.json'), '[]');
    const config = parseConfig(JSON.stringify({ model_name: 'model', dataset: 'data.json', name: 'faq' }), configFile);
    const run = await createRun({ config, configFile, now: new Date(), folder: path.join(root, 'own') });
    assert.equal((await run.readRun()).number, null);
  });
});
