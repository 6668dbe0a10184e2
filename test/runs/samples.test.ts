import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { SamplePoint } from '../../src/runs/curves';
import { follow, sft, smallConfig, temporaryFolder, type Line } from '../cli/sft';

const VALUES = { max_steps: 6, eval_steps: 3, save_steps: 3, eval_examples: 3, max_new_tokens: 8, lora_dropout: 0.1 };

interface Trained {
  readonly samples: readonly SamplePoint[];
  readonly weights: Buffer;
  readonly lines: readonly Line[];
}

async function train(values: Readonly<Record<string, unknown>>): Promise<Trained> {
  const folder = temporaryFolder();
  const run = path.join(folder, 'run');
  const { code, lines, err } = await follow(
    ['train', smallConfig(folder, { ...VALUES, ...values }), '--run', run],
    () => undefined,
  );
  assert.equal(code, 0, err);
  return {
    lines,
    samples: lines.filter(({ type }) => type === 'samples') as unknown as SamplePoint[],
    weights: readFileSync(path.join(run, 'adapter', 'adapter_model.safetensors')),
  };
}

describe('answers while a run trains', () => {
  it('come before the first step and with each evaluation, and change nothing of the training', async () => {
    const with3 = await train({});
    assert.deepEqual(
      with3.samples.map(({ step }) => step),
      [0, 3, 6],
    );
    for (const { answers } of with3.samples) {
      assert.equal(answers.length, 3);
      for (const { reference, answer } of answers) {
        assert.ok(reference!.length > 0);
        assert.equal(typeof answer, 'string');
      }
    }
    const questions = with3.samples.map(({ answers }) => answers.map(({ question }) => question).join());
    assert.equal(new Set(questions).size, 1, 'the same questions each time');
    const without = await train({ sample_prompts: [] });
    assert.deepEqual(without.samples, []);
    assert.ok(without.weights.equals(with3.weights), 'the same adapter, byte for byte');
    const losses = ({ lines }: Trained): unknown[] =>
      lines.filter(({ type }) => type === 'step').map(({ loss }) => loss);
    assert.deepEqual(losses(without), losses(with3));
  });

  it('are given to questions of the configuration, without a validation part too', async () => {
    const prompts = ['How do I renew my passport?', 'Who are you?'];
    const { samples } = await train({ sample_prompts: prompts, split: { train: 0.9, validation: 0, test: 0.1 } });
    assert.deepEqual(
      samples.map(({ step, answers }) => [step, answers.map(({ question }) => question)]),
      [0, 3, 6].map((step) => [step, prompts]),
    );
    assert.ok(samples.every(({ answers }) => answers.every((one) => !('reference' in one))));
  });

  it('refuses prompts that are no texts, with the place', () => {
    const { code, err } = sft(['train', smallConfig(temporaryFolder(), { sample_prompts: [1] })]);
    assert.notEqual(code, 0);
    assert.match(err, /sample_prompts/);
  });
});
