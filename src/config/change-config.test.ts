import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { changeConfigText, type ConfigChanges } from './change-config';

/** name, text before, changes, text after */
const CASES: readonly (readonly [string, string, ConfigChanges, string])[] = [
  [
    'gives a key another value and leaves the layout alone',
    '{\n\t"learning_rate" : 2e-4,\r\n  "seed":1\n}\n',
    { learning_rate: 1e-4 },
    '{\n\t"learning_rate" : 0.0001,\r\n  "seed":1\n}\n',
  ],
  [
    'leaves a value alone that is what it should be, however it is written',
    '{ "learning_rate": 2.0e-4, "target_modules": [\n "q_proj" ] }',
    { learning_rate: 2e-4, target_modules: ['q_proj'] },
    '{ "learning_rate": 2.0e-4, "target_modules": [\n "q_proj" ] }',
  ],
  [
    'adds a key after the one the schema has before it',
    '{\n  "dataset": "d",\n  "lora_alpha": 16,\n  "seed": 1\n}\n',
    { lora_dropout: 0.05 },
    '{\n  "dataset": "d",\n  "lora_alpha": 16,\n  "lora_dropout": 0.05,\n  "seed": 1\n}\n',
  ],
  ['adds a first key', '{\n  "seed": 1\n}', { max_steps: 60 }, '{\n  "max_steps": 60,\n  "seed": 1\n}'],
  ['adds a last key', '{\n  "seed": 1\n}', { eval_steps: 20 }, '{\n  "seed": 1,\n  "eval_steps": 20\n}'],
  [
    'adds to a text on one line',
    '{"lora_r": 8, "seed": 1}',
    { lora_alpha: 8 },
    '{"lora_r": 8, "lora_alpha": 8, "seed": 1}',
  ],
  ['adds to an empty object', '{}', { seed: 1 }, '{"seed": 1}'],
  [
    'adds several keys, each in its place',
    '{\n  "dataset": "d"\n}\n',
    { early_stopping_patience: 3, lora_r: 8, lora_alpha: 8 },
    '{\n  "dataset": "d",\n  "lora_r": 8,\n  "lora_alpha": 8,\n  "early_stopping_patience": 3\n}\n',
  ],
  [
    'keeps comments with the key they speak of',
    '{\n  // how it learns\n  "learning_rate": 0.5, // too high?\n  "seed": 1 // any\n}\n',
    { lr_scheduler_type: 'cosine', eval_steps: 5 },
    '{\n  // how it learns\n  "learning_rate": 0.5, // too high?\n  "lr_scheduler_type": "cosine",\n  "seed": 1, // any\n  "eval_steps": 5\n}\n',
  ],
  [
    'keeps the comma that somebody writes after the last key',
    '{\n  "lora_r": 8, /* small */\n}\n',
    { seed: 1 },
    '{\n  "lora_r": 8, /* small */\n  "seed": 1,\n}\n',
  ],
  [
    'takes a key out with its line and the comment behind it',
    '{\n  "lora_r": 8, // small\n  "max_steps": 60, // short\n  "seed": 1\n}\n',
    { max_steps: null },
    '{\n  "lora_r": 8, // small\n  "seed": 1\n}\n',
  ],
  [
    'takes the last key out with the comma before it',
    '{\n  "lora_r": 8, // small\n  "max_steps": 60 // short\n}\n',
    { max_steps: null },
    '{\n  "lora_r": 8 // small\n}\n',
  ],
  [
    'takes out a key on a shared line',
    '{"lora_r": 8, "max_steps": 60, "seed": 1}',
    { max_steps: null },
    '{"lora_r": 8, "seed": 1}',
  ],
  ['takes out a key that is given twice', '{"seed": 1, "lora_r": 8, "seed": 2}', { seed: null }, '{"lora_r": 8}'],
  ['takes out nothing where the key is missing', '{ "seed": 1 }', { max_steps: null }, '{ "seed": 1 }'],
  [
    'changes within split what differs',
    '{\n  "split": {\n    "train": 0.9,\n    "test": 0.1,\n    "seed": 7\n  }\n}',
    { split: { train: 0.8, validation: 0.1, test: 0.1 } },
    '{\n  "split": {\n    "train": 0.8,\n    "test": 0.1,\n    "validation": 0.1\n  }\n}',
  ],
  [
    'writes a split that was not there',
    '{"seed": 1}',
    { split: { train: 0.9, validation: 0.1 } },
    '{"seed": 1, "split": { "train": 0.9, "validation": 0.1 }}',
  ],
  ['keeps a byte order mark', '\uFEFF{"seed": 1}', { seed: 2 }, '\uFEFF{"seed": 2}'],
];

describe('changeConfigText', () => {
  for (const [name, before, changes, after] of CASES) {
    it(name, () => {
      assert.equal(changeConfigText(before, changes), after);
    });
  }

  it('changes the configuration of the sample in one place and nothing else', () => {
    const text = readFileSync('examples/sft.config.json', 'utf8');
    const after = changeConfigText(text, { learning_rate: 1e-4, warmup_ratio: null });
    assert.equal(after, text.replace('5e-4', '0.0001'));
    assert.deepEqual(JSON.parse(changeConfigText(text, { save_steps: 5, lora_r: 8 })), {
      ...(JSON.parse(text) as object),
      save_steps: 5,
      lora_r: 8,
    });
  });

  for (const text of ['', '[]', '{"seed": 1', '{"seed" 1}', '['.repeat(100_000)]) {
    it(`refuses ${JSON.stringify(text.slice(0, 12))} with its place`, () => {
      assert.throws(
        () => changeConfigText(text, { seed: 2 }, 'my.json'),
        (error) => error instanceof SftError && error.file === 'my.json' && error.line === 1,
      );
    });
  }
});
