import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { checkConfigText } from './advise';
import type { Config } from './config-schema';
import type { ConfigFacts } from './facts';
import { parseConfig } from './parse-config';
import { PRESETS, presetConfig, stepsOfOnePass } from './presets';
import { configText, writtenConfig } from './write-config';

const file = path.resolve('/work/project/sft.config.json');
const model_name = path.resolve('/work/project/models/tiny');
const dataset = path.resolve('/work/project/data/faq.json');

describe('configText', () => {
  it('writes near paths from the folder of the file and far ones in full', () => {
    const far = path.resolve('/elsewhere/quite/far/data.json');
    assert.equal(
      configText(
        { dataset: far, model_name, split: { train: 0.9, test: 0.1 } },
        path.resolve('/work/project/a/b/c.json'),
      ),
      `{\n  "model_name": "../../models/tiny",\n  "dataset": ${JSON.stringify(path.resolve('/elsewhere/quite/far/data.json'))},\n  "split": { "train": 0.9, "test": 0.1 }\n}\n`,
    );
  });
});

it("leaves a model's name on the Hub as it is", () => {
  const text = configText({ dataset, model_name: 'org/tiny' }, path.resolve('/work/project/sft.config.json'));
  assert.equal(text, '{\n  "model_name": "org/tiny",\n  "dataset": "data/faq.json"\n}\n');
});

describe('writtenConfig', () => {
  const configs: readonly Partial<Config>[] = [
    {},
    { name: 'short', lora_r: 8, eval_steps: null, adapter: '.sft/runs/one/adapter' },
    { warmup_ratio: 0.1, split: { train: 1 }, output_dir: '../runs', target_modules: ['q_proj'] },
    { warmup_ratio: 0.1, warmup_steps: 5, training_type: 'full', system_prompt: 'Be brief.' },
  ];
  for (const config of configs) {
    it(`resolves to the same again, from another folder too: ${JSON.stringify(config)}`, () => {
      const resolved = parseConfig(JSON.stringify({ model_name, dataset, ...config }), file);
      const other = path.resolve('/work/project/copy/sft.config.json');
      const written = writtenConfig({ ...resolved });
      assert.deepEqual(
        parseConfig(configText({ ...written, output_dir: resolved.output_dir }, other), other),
        resolved,
      );
      assert.ok(Object.keys(written).length <= Object.keys(config).length + 4, Object.keys(written).join());
    });
  }
});

describe('presets', () => {
  for (const { id } of PRESETS) {
    it(`${id} is a configuration without a mistake for the data it is made for`, () => {
      const facts = { datasetExamples: 5000, modelMaxPositions: 512 };
      const text = configText(presetConfig(id, { model_name, dataset }, facts), file);
      assert.equal(parseConfig(text, file).max_seq_length, 512);
      const found = checkConfigText(text, file, facts);
      assert.deepEqual(
        found.filter(({ severity }) => severity !== 'info').map(({ message }) => message),
        [],
      );
    });
  }

  it('leave no advice open for a first run of one pass', () => {
    const facts = { datasetExamples: 7473, modelMaxPositions: 2048 };
    const steps = stepsOfOnePass(facts.datasetExamples);
    assert.equal(steps, 748);
    const text = configText(presetConfig('first-run', { model_name, dataset }, facts, steps), file);
    assert.deepEqual(checkConfigText(text, file, facts), []);
    assert.equal(parseConfig(text, file).eval_steps, 75);
  });

  it('ask a first run no more test questions than tell its gain', () => {
    const config = presetConfig('first-run', { model_name, dataset }, { datasetExamples: 7473 });
    assert.deepEqual([config.eval_examples, config.loss_examples], [50, 100]);
  });

  it('give a small set some dropout', () => {
    const dropout = (facts: ConfigFacts): unknown =>
      presetConfig('first-run', { model_name, dataset }, facts).lora_dropout;
    assert.deepEqual([{}, { datasetExamples: 514 }, { datasetExamples: 700 }].map(dropout), [0, 0.05, 0]);
  });
});
