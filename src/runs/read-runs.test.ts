import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseConfig } from '../config/parse-config';
import { SftError } from '../base/errors';
import { createRun } from './create-run';
import { RunFolder } from './folder/run-folder';
import { listRuns, readRun } from './read-runs';
import { requireModel } from './require-model';

const root = mkdtempSync(path.join(tmpdir(), 'sft-run-list-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});
const dataset = path.join(root, 'data.json');
writeFileSync(dataset, '[{"question": "q", "answer": "a"}]');
const configFile = path.join(root, 'sft.config.json');
const config = parseConfig(JSON.stringify({ model_name: 'model', dataset }), configFile);

describe('the list of runs', () => {
  it('is newest first, without folders that are no runs, and names damaged ones', async () => {
    const outputDir = path.join(root, 'list');
    assert.deepEqual(await listRuns(outputDir), { runs: [], damaged: [] });
    for (const day of [2, 3, 1]) await createRun({ config, configFile, now: new Date(2026, 0, day), outputDir });
    const damaged = await createRun({ config, configFile, now: new Date(2026, 0, 4), outputDir });
    writeFileSync(damaged.runFile, '{"id"');
    mkdirSync(path.join(outputDir, 'notes'));
    writeFileSync(path.join(outputDir, 'readme.txt'), '');
    const { runs, damaged: found } = await listRuns(outputDir);
    assert.deepEqual(
      runs.map(({ run }) => run.id.slice(0, 8)),
      ['20260103', '20260102', '20260101'],
    );
    assert.deepEqual(
      found.map(({ folder }) => folder),
      [damaged.path],
    );
    assert.match(found[0]!.reason, /run\.json is damaged/);
  });

  it('a folder that is no run is unreadable: exit code 2', async () => {
    await assert.rejects(readRun(root), { code: 'unreadable', exitCode: 2 });
  });
});

describe('what was asked of a run', () => {
  it('is said at once, before its worker has heard of it', async () => {
    const run = await createRun({ config, configFile, now: new Date(), outputDir: path.join(root, 'asked') });
    const shown = async (): Promise<(string | undefined)[]> => {
      const { status, message } = (await readRun(run.path)).state;
      return [status, message];
    };
    await run.writeState({ status: 'running', step: 3, total_steps: 60 });
    await run.sendControl('pause');
    assert.deepEqual(await shown(), ['pausing', 'pausing after this step']);
    await run.writeState({ message: 'saving' });
    assert.deepEqual(await shown(), ['pausing', 'pausing']);
    await run.sendControl('stop');
    assert.deepEqual(await shown(), ['stopping', undefined]);
    await run.writeState({ status: 'paused' });
    await run.sendControl('resume');
    assert.deepEqual(await shown(), ['starting', 'going on']);
    await run.sendControl('pause');
    assert.deepEqual(await shown(), ['paused', undefined]);
    await run.writeState({ status: 'done' });
    await run.sendControl('stop');
    assert.deepEqual(await shown(), ['done', undefined]);
  });
});

describe('a run', () => {
  it('is found whole after the folder of its configuration was moved, and its model where it is told to be', async () => {
    const home = path.join(root, 'home');
    mkdirSync(path.join(home, 'model'), { recursive: true });
    const data = path.join(home, 'd.json');
    writeFileSync(data, '[]');
    const from = path.join(home, 'sft.config.json');
    const elsewhere = path.join(root, 'elsewhere', 'adapter');
    const made = parseConfig(JSON.stringify({ model_name: 'model', dataset: 'd.json', adapter: elsewhere }), from);
    const run = await createRun({ config: made, configFile: from, now: new Date() });
    const written = readFileSync(run.runFile, 'utf8');
    assert.ok(!written.includes(JSON.stringify(home).slice(1, -1)), written);
    assert.deepEqual((await run.readRun()).config, { ...made, enable_thinking: false });

    const away = path.join(root, 'away');
    renameSync(home, away);
    const moved = new RunFolder(path.join(away, path.relative(home, run.path)));
    const summary = await readRun(moved.path);
    assert.equal(summary.run.config.model_name, path.join(away, 'model'));
    assert.equal(summary.run.dataset.path, path.join(away, 'd.json'));
    assert.equal(summary.run.config.adapter, elsewhere, 'what lies elsewhere stays where it is');
    await requireModel(summary);

    rmSync(path.join(away, 'model'), { recursive: true });
    await assert.rejects(requireModel(summary), { code: 'model-moved', exitCode: 2 });
    await assert.rejects(requireModel(summary, root), SftError, 'a folder without a model is refused');
    await requireModel(summary, 'examples/tiny-llama');
    const again = await readRun(moved.path);
    assert.equal(again.run.config.model_name, path.resolve('examples/tiny-llama'));
    assert.deepEqual({ ...again.run.config, model_name: '' }, { ...summary.run.config, model_name: '' });
  });
});
