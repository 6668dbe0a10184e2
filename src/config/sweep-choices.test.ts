import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLeniently } from './lenient-config';
import { sweepChoices } from './sweep-choices';

const NEEDED = { model_name: 'm', dataset: 'd.json' };
const choices = (values: object): ReturnType<typeof sweepChoices> =>
  sweepChoices(readLeniently(JSON.stringify({ ...NEEDED, ...values }), '/w/sft.config.json').values);

describe('values that a sweep may try', () => {
  it('lie around those of the configuration, the learning rate first', () => {
    assert.deepEqual(
      choices({ learning_rate: 3e-4, lora_r: 8, max_steps: null, num_train_epochs: 2 }).map(({ title }) => title),
      ['learning_rate: 1.5e-4, 3e-4, 6e-4', 'lora_r: 4, 8, 16', 'num_train_epochs: 1, 2, 4'],
    );
  });

  it('are only those that count: no rank in full training, no epochs where steps are counted', () => {
    const full = choices({ training_type: 'full', max_steps: 60 });
    assert.deepEqual(
      full.map(({ sweep }) => Object.keys(sweep)),
      [['learning_rate']],
    );
  });

  it('are taken by the strict reader', () => {
    for (const { sweep } of choices({ lora_r: 1 })) {
      const { problems } = readLeniently(JSON.stringify({ ...NEEDED, lora_r: 1, sweep }), '/w/sft.config.json');
      assert.deepEqual(problems, [], JSON.stringify(sweep));
    }
  });
});
