import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { RunArtifacts } from '../../src/runs/artifacts';
import { follow, smallConfig, temporaryFolder } from '../cli/sft';

const VALUES = { max_steps: 2, eval_steps: null, sample_prompts: [], eval_examples: 3, max_new_tokens: 4 };

async function train(values: Readonly<Record<string, unknown>>): Promise<RunArtifacts> {
  const folder = temporaryFolder();
  const run = path.join(folder, 'run');
  const config = smallConfig(folder, { ...VALUES, ...values });
  const { code, err } = await follow(['train', config, '--run', run], () => undefined);
  assert.equal(code, 0, err);
  return new RunArtifacts(run, { training_type: 'lora' });
}

describe('the loss of each example', () => {
  it('is taken at the end, of every part, as the evaluation takes it', async () => {
    const artifacts = await train({});
    const losses = await artifacts.readLosses();
    const parts = new Set(losses.map(({ part }) => part));
    assert.deepEqual([...parts], ['train', 'validation', 'test']);
    assert.equal(losses.length, 60);
    const predictions = await artifacts.readPredictions();
    assert.equal(predictions.length, 3);
    for (const { index, line, question, reference, tuned } of predictions) {
      const loss = losses.find((one) => one.index === index)!;
      assert.deepEqual([loss.part, loss.line, loss.question, loss.reference], ['test', line, question, reference]);
      assert.equal(loss.trained, tuned.trained);
      assert.ok(Math.abs(loss.nll - tuned.nll) < 1e-3 * tuned.nll, `${loss.nll} ${tuned.nll}`);
    }
  });

  it('is taken of as many as the configuration says, without a test part too', async () => {
    const few = await train({ loss_examples: 2, split: { train: 0.9, validation: 0.1, test: 0 } });
    const parts = (await few.readLosses()).map(({ part }) => part);
    assert.deepEqual(parts, ['train', 'train', 'validation', 'validation']);
    assert.equal(existsSync(few.evaluationFile), false);
    const none = await train({ loss_examples: 0 });
    assert.equal(existsSync(none.lossesFile), false);
    assert.ok(readFileSync(none.evaluationFile, 'utf8').length > 0);
  });
});
