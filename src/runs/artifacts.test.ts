import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { RunArtifacts } from './artifacts';

const root = mkdtempSync(path.join(tmpdir(), 'sft-artifacts-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

function runWith(name: string, ...checkpoints: string[]): string {
  const run = path.join(root, name);
  for (const checkpoint of checkpoints) mkdirSync(path.join(run, 'checkpoints', checkpoint), { recursive: true });
  return run;
}

describe('RunArtifacts', () => {
  it('says what can be loaded: the result once the run is done, best, and the checkpoints, the latest first', async () => {
    const run = runWith('listed', 'step-100', 'step-20', 'best', 'step-3', 'best.old-1-x', 'step-4.tmp-1-x', 'notes');
    const artifacts = new RunArtifacts(run, { training_type: 'lora' });
    const ids = async (status: 'running' | 'done'): Promise<string[]> =>
      (await artifacts.trained(status)).map(({ id }) => id);
    assert.deepEqual(await ids('running'), ['best', 'step-100', 'step-20', 'step-3']);
    assert.deepEqual(await ids('done'), ['tuned', 'best', 'step-100', 'step-20', 'step-3']);
    assert.deepEqual(await artifacts.steps(), [3, 20, 100]);
    assert.deepEqual(await new RunArtifacts(path.join(root, 'none'), { training_type: 'lora' }).trained('running'), []);
  });

  it('says how the weights lie, and how to train on from them', () => {
    const lora = new RunArtifacts('/run', { training_type: 'lora' });
    assert.deepEqual(lora.tuned, {
      id: 'tuned',
      form: 'adapter',
      folder: path.join('/run', 'adapter'),
      weights: path.join('/run', 'adapter', 'adapter_model.safetensors'),
    });
    assert.deepEqual(lora.continueFrom(lora.checkpoint(8)), { adapter: lora.checkpoint(8) });
    const full = new RunArtifacts('/run', { training_type: 'full' });
    assert.equal(full.tuned.weights, path.join('/run', 'model', 'model.safetensors'));
    assert.deepEqual(full.continueFrom(full.result), { model_name: full.result });
    assert.equal(full.continueFrom(full.checkpoint(8)), undefined);
  });

  it('puts back the best weights that a killed writer had set aside', async () => {
    const run = runWith('killed', 'best.old-999999999-x-1');
    writeFileSync(path.join(run, 'checkpoints', 'best.old-999999999-x-1', 'kept'), '');
    const artifacts = new RunArtifacts(run, { training_type: 'lora' });
    assert.deepEqual(await artifacts.trained('running'), []);
    await artifacts.mend();
    assert.deepEqual(readdirSync(artifacts.checkpoints), ['best']);
    assert.deepEqual(readdirSync(artifacts.best), ['kept']);
  });
});
