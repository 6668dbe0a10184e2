import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { schemaFileText } from '../base/json-schema';
import { readLeniently } from './lenient-config';
import { CONFIG_SCHEMA } from './config-schema';
import { configurationPage } from './configuration-page';
import { currentMarkdown } from './current';
import { configEditorSchema } from './editor-schema';
import type { ConfigFacts } from './facts';
import { isTaughtKey, TEACHING, teachingMarkdown, type TaughtKey } from './teach';

const { properties } = CONFIG_SCHEMA;
const KEYS = [...Object.keys(properties), ...Object.keys(properties.split.properties).map((key) => `split.${key}`)];

describe('teaching', () => {
  for (const key of KEYS) {
    it(`${key}: what it does, values for a first run and for production, both ways to go wrong, in 60 to 120 words`, () => {
      assert.ok(isTaughtKey(key));
      const { what, first, production, high, low } = TEACHING[key];
      for (const part of [what, first, production, high, low]) assert.match(part, /\S.*\.$/s);
      assert.ok(what.split(' ').length >= 10, what);
      const words = teachingMarkdown(key).match(/[^\s*`]*[\p{L}\d][^\s*`]*/gu) ?? [];
      assert.ok(words.length >= 60 && words.length <= 120, `${words.length} words`);
    });
  }

  it('teaches no key that the schema does not have', () => {
    assert.deepEqual(Object.keys(TEACHING).toSorted(), KEYS.toSorted());
  });
});

describe('what is made from it (SFT_UPDATE_SCHEMAS=1 rewrites it)', () => {
  const files: readonly (readonly [string, string])[] = [
    ['schemas/config.editor.schema.json', schemaFileText(configEditorSchema())],
    ['docs/configuration.md', configurationPage()],
  ];
  for (const [file, expected] of files) {
    it(`${file} is what src says`, () => {
      if (process.env['SFT_UPDATE_SCHEMAS'] === '1') writeFileSync(file, expected);
      assert.equal(readFileSync(file, 'utf8'), expected);
    });
  }

  it('the schema for the editor refuses nothing, so that a mistake is told once', () => {
    const text = JSON.stringify(configEditorSchema(), (key, value: unknown) => (key === 'default' ? undefined : value));
    assert.doesNotMatch(text, /"(type|enum|required|additionalProperties|minimum|maximum|items|pattern)":/);
  });
});

describe('currentMarkdown', () => {
  const FACTS: ConfigFacts = { modelMaxPositions: 2048, modelVocab: 49152, datasetExamples: 1000 };
  const cases: readonly (readonly [TaughtKey, object, ConfigFacts, string])[] = [
    ['per_device_batch_size', {}, {}, '**Now** `2` · the default · effective batch = 2 × 4 = 8'],
    [
      'gradient_accumulation_steps',
      { gradient_accumulation_steps: 8 },
      {},
      '**Now** `8` · default `4` · effective batch = 2 × 8 = 16',
    ],
    ['max_steps', { max_steps: 60 }, {}, '**Now** `60` · default `null` · 60 updates × 8 = 480 examples'],
    ['max_steps', { max_steps: 1 }, {}, '**Now** `1` · default `null` · 1 update × 8 = 8 examples'],
    [
      'max_steps',
      { max_steps: 60 },
      FACTS,
      '**Now** `60` · default `null` · 60 updates × 8 = 480 examples · 0.6 times through 800',
    ],
    [
      'num_train_epochs',
      {},
      FACTS,
      '**Now** `3` · the default · 300 updates × 8 = 2,400 examples · 3 times through 800',
    ],
    [
      'num_train_epochs',
      { max_steps: 60 },
      {},
      '**Now** `3` · the default · not used, because max_steps is given · 60 updates × 8 = 480 examples',
    ],
    ['lora_alpha', { lora_alpha: 32 }, {}, '**Now** `32` · default `16` · factor = 32 / 16 = 2'],
    ['use_rslora', { use_rslora: true }, {}, '**Now** `true` · default `false` · factor = 16 / √16 = 4'],
    ['warmup_ratio', { warmup_ratio: 0.1, max_steps: 60 }, {}, '**Now** `0.1` · default `0` · 6 of 60 updates = 10%'],
    ['max_seq_length', {}, FACTS, '**Now** `1024` · the default · the model supports 2048'],
    ['model_name', { model_name: 'm' }, FACTS, '**Now** `"m"` · up to 2048 tokens · knows 49152 tokens'],
    ['dataset', { dataset: 'd.json' }, FACTS, '**Now** `"d.json"` · 1,000 examples'],
    [
      'split.validation',
      { split: { train: 1 } },
      FACTS,
      '**Now** `0` · the default · about 1,000 + 0 + 0 of 1,000 examples',
    ],
    ['eval_steps', { eval_steps: null }, {}, '**Now** `null` · default `20`'],
    ['$schema', {}, {}, 'default `null`'],
  ];
  for (const [key, more, facts, expected] of cases) {
    it(`${key} of ${JSON.stringify(more)}`, () => {
      const { values } = readLeniently(JSON.stringify(more), 'sft.config.json');
      assert.ok(values);
      assert.equal(currentMarkdown(key, values, facts), expected);
    });
  }
});
