import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { atLeastOne } from '../../test/at-least-one';
import { CPU } from '../../test/cpu-listing';
import type { DeviceListing } from '../compute/provider';
import { formatError, SftError } from '../base/errors';
import { ConfigError } from './config-error';
import { CONFIG_SCHEMA, MODULES, PROJECTIONS } from './config-schema';
import { parseConfig } from './parse-config';
import { unsupported } from './unsupported';

const FILE = path.resolve('somewhere', 'sft.config.json');
const BASE = { model_name: 'models/base', dataset: 'data/train.json' };

const BROKEN: DeviceListing = {
  ...CPU,
  id: 'cuda:0',
  kind: 'cuda',
  unavailable: { code: 'driver-too-old', reason: 'the driver is too old', remedy: 'install driver 550 or later' },
};
const ABLE: DeviceListing = {
  ...CPU,
  id: 'cuda:1',
  kind: 'cuda',
  supports: { compute: ['bf16', 'f16', 'f32'], weights: ['dense', 'nf4'], optimizers: ['adamw', 'adamw_8bit'] },
};

/** The configuration of BASE and `more`, one key a line: the first key of `more` stands on line 4. */
function text(more: object): string {
  return JSON.stringify({ ...BASE, ...more }, null, 2);
}

function unsupportedKeys(keys: object, devices: readonly DeviceListing[]): string[] {
  return [...unsupported({ ...BASE, ...keys }, devices)].map(({ key }) => key);
}

/** What a person reads, without the file's path. */
function complaints(source: string): string[] {
  try {
    parseConfig(source, FILE, [CPU]);
  } catch (error) {
    assert.ok(error instanceof SftError, String(error));
    assert.equal(error.exitCode, 2);
    const all = error instanceof ConfigError ? error.problems : [error];
    return all.map((problem) => formatError(problem).replace(`${FILE}:`, ''));
  }
  return [];
}

describe('a good configuration', () => {
  it('needs a model and data only; the rest has the values of the tutorial', () => {
    const config = parseConfig(text({}), FILE);
    assert.deepEqual(config, {
      name: 'train',
      model_name: path.resolve('somewhere/models/base'),
      dataset: path.resolve('somewhere/data/train.json'),
      validation_dataset: null,
      test_dataset: null,
      columns: null,
      adapter: null,
      system_prompt: null,
      train_on: 'all',
      enable_thinking: 'auto',
      engine: 'builtin',
      output_dir: path.resolve('somewhere/.sft/runs'),
      training_type: 'lora',
      max_seq_length: 1024,
      load_in_4bit: false,
      bnb_4bit_use_double_quant: true,
      lora_r: 16,
      lora_alpha: 16,
      lora_dropout: 0,
      use_rslora: false,
      use_dora: false,
      loraplus_lr_ratio: null,
      init_lora_weights: true,
      loftq_config: null,
      rank_pattern: {},
      alpha_pattern: {},
      target_modules: [...PROJECTIONS],
      trainable_tokens: null,
      modules_to_save: null,
      ensure_weight_tying: false,
      num_virtual_tokens: 20,
      prompt_tuning_init: 'random',
      prompt_tuning_init_text: null,
      neftune_noise_alpha: null,
      max_steps: null,
      num_train_epochs: 3,
      per_device_batch_size: 2,
      gradient_accumulation_steps: 4,
      learning_rate: 2e-4,
      lr_scheduler_type: 'linear',
      warmup_steps: 5,
      warmup_ratio: 0,
      weight_decay: 0.01,
      optim: 'adamw',
      adam_beta1: 0.9,
      adam_beta2: 0.999,
      adam_epsilon: 1e-8,
      max_grad_norm: 1,
      fp16: false,
      bf16: false,
      packing: false,
      gradient_checkpointing: false,
      shuffle: true,
      seed: 3407,
      split: { train: 0.8, validation: 0.1, test: 0.1, seed: 42, near_duplicate_threshold: 0.8 },
      eval_steps: 20,
      loss_examples: 1000,
      sample_prompts: null,
      save_steps: 100,
      early_stopping_patience: null,
      eval_examples: null,
      max_new_tokens: 128,
      retention: true,
      retention_dataset: null,
      retention_mix: 0,
      sweep: null,
      rouge_unicode: null,
      device: 'auto',
      threads: null,
    });
  });

  it('keeps what is given, an explicit null and a byte order mark included', () => {
    const config = parseConfig(
      `\uFEFF${text({ name: 'Ẹ̀kọ́', max_steps: 60, eval_steps: null, lora_r: 8, adapter: '../a', output_dir: '/runs', $schema: './x' })}`,
      FILE,
    );
    assert.equal(config.name, 'Ẹ̀kọ́');
    assert.equal(config.max_steps, 60);
    assert.equal(config.eval_steps, null);
    assert.equal(config.lora_r, 8);
    assert.equal(config.adapter, path.resolve('a'));
    assert.equal(config.output_dir, path.resolve('/runs'));
    assert.ok(!('$schema' in config));
  });

  it('parts left out of a given split are 0', () => {
    assert.deepEqual(parseConfig(text({ split: { train: 1 } }), FILE).split, {
      train: 1,
      validation: 0,
      test: 0,
      seed: 42,
      near_duplicate_threshold: 0.8,
    });
    const split = { train: 1, near_duplicate_threshold: null };
    assert.equal(parseConfig(text({ split }), FILE).split.near_duplicate_threshold, null, 'null is a choice');
  });

  it('warmup_ratio alone replaces the default of warmup_steps', () => {
    assert.equal(parseConfig(text({ warmup_ratio: 0.1 }), FILE).warmup_steps, 0);
    assert.equal(parseConfig(text({ warmup_ratio: 0.1, warmup_steps: 3 }), FILE).warmup_steps, 3);
  });

  it('the example is one', () => {
    const file = 'examples/sft.config.json';
    const config = parseConfig(readFileSync(file, 'utf8'), file);
    assert.ok(config.model_name.startsWith(path.resolve('examples')));
  });

  /** What some keys need beside them. */
  const BESIDE: Readonly<Record<string, object>> = {
    init_lora_weights: { load_in_4bit: true },
    loftq_config: { init_lora_weights: 'loftq', load_in_4bit: true },
    ensure_weight_tying: { modules_to_save: ['lm_head'] },
    num_virtual_tokens: { training_type: 'prompt_tuning' },
    prompt_tuning_init: { training_type: 'prompt_tuning' },
    prompt_tuning_init_text: { training_type: 'prompt_tuning', prompt_tuning_init: 'text' },
  };

  it('the schema explains every key and its examples are valid', () => {
    for (const [key, property] of Object.entries(CONFIG_SCHEMA.properties)) {
      assert.ok(property.description.length > 20, key);
      for (const example of atLeastOne<unknown>(property.examples)) {
        assert.deepEqual(complaints(text({ ...BESIDE[key], [key]: example })), [], key);
      }
    }
  });
});

describe('a mistake is told with its line, column and remedy', () => {
  const cases: readonly (readonly [string, object, string])[] = [
    ['an unknown key', { lora_rank: 8 }, '4:3 unknown key "lora_rank" - did you mean "lora_r"? Otherwise remove it'],
    [
      'an upper-case key',
      { MAX_STEPS: 60 },
      '4:3 unknown key "MAX_STEPS" - did you mean "max_steps"? Otherwise remove it',
    ],
    [
      'a key of TRL',
      { per_device_train_batch_size: 2 },
      '4:3 unknown key "per_device_train_batch_size" - did you mean "per_device_batch_size"? Otherwise remove it',
    ],
    ['a key like nothing', { zzzzzzzz: 1 }, '4:3 unknown key "zzzzzzzz" - remove it'],
    [
      'a quoted number',
      { max_steps: '60' },
      '4:3 max_steps must be a whole number of at least 1, or null, not "60" - write 60 without quotes',
    ],
    [
      'a fraction',
      { lora_r: 1.5 },
      '4:3 lora_r must be a whole number of at least 1 and up to 4096, not 1.5 - write a value such as 8',
    ],
    [
      'a quoted truth value',
      { shuffle: 'True' },
      '4:3 shuffle must be true or false, not "True" - write true without quotes',
    ],
    [
      'no learning rate',
      { learning_rate: 0 },
      '4:3 learning_rate must be a number above 0 and up to 1, not 0 - write a value such as 0.0002',
    ],
    [
      'a learning rate above 1',
      { learning_rate: 2 },
      '4:3 learning_rate must be a number above 0 and up to 1, not 2 - write a value such as 0.0002',
    ],
    [
      'a dropout of 1',
      { lora_dropout: 1 },
      '4:3 lora_dropout must be a number of at least 0 and below 1, not 1 - write a value such as 0',
    ],
    [
      'no projection',
      { target_modules: [] },
      `4:3 target_modules is empty - name at least one, such as ${JSON.stringify(PROJECTIONS)}`,
    ],
    [
      'an empty sample prompt',
      { sample_prompts: [''] },
      '5:5 sample_prompts[1] is empty - write something such as "How do I renew my passport?"',
    ],
    [
      'one projection as text',
      { target_modules: 'q_proj' },
      '4:3 target_modules "q_proj" matches no matrix: a text is a regular expression for a whole name - write a list: ["q_proj"]',
    ],
    [
      'an unknown projection',
      { target_modules: ['q_proj', 'v_prj'] },
      `6:5 target_modules[2] cannot be "v_prj" - did you mean "v_proj"? (${MODULES.join(', ')})`,
    ],
    [
      'a projection twice',
      { target_modules: ['q_proj', 'q_proj'] },
      '4:3 target_modules names something twice - keep one of them',
    ],
    [
      'a misspelt scheduler',
      { lr_scheduler_type: 'cosin' },
      '4:3 lr_scheduler_type cannot be "cosin" - did you mean "cosine"? (linear, cosine, constant)',
    ],
    ['a split without train', { split: { test: 1 } }, '4:3 train is missing in split - add "train": 0.8'],
    [
      'an unknown part',
      { split: { train: 0.9, valid: 0.1 } },
      '6:5 unknown key "valid" - did you mean "validation"? Otherwise remove it',
    ],
    [
      'shares that are not a whole',
      { split: { train: 0.8, test: 0.1 } },
      '4:3 the shares of split add up to 0.9 - make train, validation and test add up to 1, such as 0.8, 0.1 and 0.1',
    ],
    ['both 16-bit types', { fp16: true, bf16: true }, '5:3 fp16 and bf16 are both true - set at most one of them'],
    [
      'all weights trained in 4 bits',
      { training_type: 'full', load_in_4bit: true },
      '5:3 load_in_4bit keeps weights that are frozen: training_type "full" trains the model itself and has no adapter - remove it, or set training_type to "lora"',
    ],
    [
      'AdamW in 8 bits under another name',
      { optim: 'paged_adamw_8bit' },
      '4:3 optim "paged_adamw_8bit" is called "adamw_8bit" here - set "optim": "adamw_8bit", the same rule',
    ],
    [
      'AdamW under the name of transformers',
      { optim: 'adamw_torch' },
      '4:3 optim "adamw_torch" is called "adamw" here - set "optim": "adamw", the same rule',
    ],
    ['no optimizer', { optim: 'constructor' }, '4:3 optim cannot be "constructor" - write one of adamw, adamw_8bit'],
    ['another optimizer', { optim: 'lion_32bit' }, '4:3 optim cannot be "lion_32bit" - write one of adamw, adamw_8bit'],
    [
      'a long warm-up',
      { max_steps: 60, warmup_steps: 61 },
      '5:3 warmup_steps (61) is more than max_steps (60) - set warmup_steps to 5-10 percent of max_steps, here 6',
    ],
    [
      'dropout without LoRA',
      { training_type: 'full', lora_dropout: 0.1 },
      '5:3 lora_dropout has no effect: training_type "full" trains the model itself and has no adapter - remove it, or set training_type to "lora"',
    ],
    [
      'DoRA without LoRA',
      { training_type: 'full', use_dora: true },
      '5:3 use_dora has no effect: training_type "full" trains the model itself and has no adapter - remove it, or set training_type to "lora"',
    ],
    [
      'a start that is none',
      { init_lora_weights: 'pissa_niter' },
      '4:3 init_lora_weights "pissa_niter" is not a known start of an adapter - use true, "gaussian", "pissa", "pissa_niter_4" (or another number) or "loftq"',
    ],
    [
      "PEFT's random B",
      { init_lora_weights: false },
      '4:3 init_lora_weights false is not a known start of an adapter - use true, "gaussian", "pissa", "pissa_niter_4" (or another number) or "loftq"',
    ],
    [
      'PiSSA without LoRA',
      { training_type: 'full', init_lora_weights: 'pissa' },
      '5:3 init_lora_weights has no effect: training_type "full" trains the model itself and has no adapter - remove it, or set training_type to "lora"',
    ],
    [
      'PiSSA with DoRA',
      { init_lora_weights: 'pissa_niter_4', use_dora: true },
      '4:3 init_lora_weights "pissa_niter_4" cannot be combined with use_dora: the two ways to split the weights contradict each other - remove one of the two',
    ],
    [
      'PiSSA of an adapter that has started',
      { init_lora_weights: 'pissa', adapter: 'a' },
      '4:3 init_lora_weights "pissa" has no effect: training goes on from an adapter that has started - remove it, or start a new adapter without "adapter"',
    ],
    [
      'LoftQ without 4 bits',
      { init_lora_weights: 'loftq' },
      '4:3 init_lora_weights "loftq" makes up for what 4 bits lose, but the weights are not kept in 4 bits - set load_in_4bit to true, or remove it',
    ],
    [
      'more rounds of LoftQ',
      { init_lora_weights: 'loftq', load_in_4bit: true, loftq_config: { loftq_iter: 5 } },
      '6:3 loftq_config: loftq_iter 5 cannot be: further rounds change the 4-bit weights themselves, and the adapter would fit no model that others load in 4 bits - set loftq_iter to 1, or leave loftq_config out',
    ],
    [
      'a key that LoftQ has not',
      { init_lora_weights: 'loftq', load_in_4bit: true, loftq_config: { bits: 4 } },
      '6:3 loftq_config has no "bits": it says loftq_bits and loftq_iter - remove it',
    ],
    [
      "LoftQ's settings without it",
      { loftq_config: { loftq_bits: 4 } },
      '4:3 loftq_config has no effect: init_lora_weights is true - remove it, or set init_lora_weights to "loftq"',
    ],
    [
      'whole tables without LoRA',
      { training_type: 'full', modules_to_save: ['lm_head'] },
      '5:3 modules_to_save has no effect: training_type "full" trains all tables - remove it, or set training_type to "lora"',
    ],
    [
      'whole tables of an adapter that says which',
      { modules_to_save: ['lm_head'], adapter: 'a' },
      '4:3 modules_to_save has no effect: the adapter that training continues from defines which tables it trains - remove it, or start a new adapter without "adapter"',
    ],
    [
      'single tokens of whole tables',
      { modules_to_save: ['lm_head'], trainable_tokens: 'template' },
      '7:3 trainable_tokens cannot be combined with modules_to_save, which trains the rows of all tokens - remove one of the two',
    ],
    [
      'a tie of nothing',
      { ensure_weight_tying: true },
      '4:3 ensure_weight_tying has no effect: no table is trained whole - remove it, or name tables in modules_to_save',
    ],
    [
      'LoRA+ without LoRA',
      { training_type: 'full', loraplus_lr_ratio: 16 },
      '5:3 loraplus_lr_ratio has no effect: training_type "full" trains the model itself and has no adapter - remove it, or set training_type to "lora"',
    ],
    [
      'ranks of matrices without LoRA',
      { training_type: 'full', rank_pattern: { down_proj: 4 } },
      '5:3 rank_pattern has no effect: training_type "full" trains the model itself and has no adapter - remove it, or set training_type to "lora"',
    ],
    [
      'target_modules that are no expression',
      { target_modules: '(q_proj' },
      '4:3 target_modules: "(q_proj" is not a regular expression: unterminated group - write names of matrices, such as down_proj',
    ],
    [
      'a pattern that is no expression',
      { alpha_pattern: { '[': 4 } },
      '4:3 alpha_pattern: "[" is not a regular expression: unterminated character class - write names of matrices, such as down_proj',
    ],
    [
      'a rank of nothing',
      { rank_pattern: { q_proj: 0 } },
      '5:5 rank_pattern.q_proj must be a whole number of at least 1 and up to 4096, not 0 - write a value such as 8',
    ],
    [
      'early stopping without validation data',
      { split: { train: 1 }, early_stopping_patience: 3 },
      '7:3 early_stopping_patience needs validation data, and split leaves none - give split a validation share, such as 0.1, name a validation_dataset, or remove early_stopping_patience',
    ],
    [
      'early stopping without measurements',
      { eval_steps: null, early_stopping_patience: 3 },
      '5:3 early_stopping_patience needs measurements, and eval_steps is null - set eval_steps, such as 20',
    ],
  ];
  for (const [name, more, expected] of cases) {
    it(name, () => {
      assert.deepEqual(complaints(text(more)), [expected]);
    });
  }

  it('lets the default warm-up give way in a tiny run, as nobody has written it', () => {
    for (const [steps, warmup] of [
      [1, 0],
      [4, 0],
      [5, 5],
    ] as const) {
      assert.equal(parseConfig(text({ max_steps: steps }), 'sft.config.json').warmup_steps, warmup, String(steps));
    }
    assert.deepEqual(complaints(text({ max_steps: 4, warmup_steps: 5 })), [
      '5:3 warmup_steps (5) is more than max_steps (4) - set warmup_steps to 5-10 percent of max_steps, here 0',
    ]);
  });

  it('says what a value has to be where there is no example of one', () => {
    const [found] = complaints(text({ target_modules: ['q_proj', 3] }));
    assert.equal(found, '6:5 target_modules[2] must be a text, not 3 - write a text');
  });

  it('tells of wrong values and of impossible pairs at once', () => {
    const found = complaints(text({ fp16: true, bf16: true, lora_r: 0, max_steps: 2, warmup_steps: 9 }));
    assert.equal(found.length, 3, found.join('\n'));
  });

  it('says of examples given in its place what they are, and what to do', () => {
    const lines = '{"question": "a?", "answer": "b"}\n{"question": "c?", "answer": "d"}\n';
    for (const [name, data] of [
      ['train.json', '[{"question": "a?", "answer": "b"}]'],
      ['train.json', '[\n {"question": "a?" "answer"'],
      ['train.json', '{"messages": []}'],
      ['train.jsonl', lines],
      ['data.txt', lines],
      ['data.csv', 'question,answer\na,b\n'],
    ] as const) {
      assert.throws(
        () => parseConfig(data, name),
        (error) => {
          assert.ok(error instanceof SftError);
          assert.equal(error.code, 'data-for-configuration');
          assert.match(
            formatError(error),
            /holds examples and is not a configuration - write .*"dataset": ".*sft\.config\.json/,
          );
          return true;
        },
      );
    }
  });

  const asked = { load_in_4bit: true, optim: 'adamw_8bit', bf16: true } as const;

  it('what the device does not offer, as the device says', () => {
    assert.deepEqual(complaints(text(asked)), [
      '5:3 optim "adamw_8bit": the cpu device does not support 8-bit optimizer state - set "optim": "adamw", the same rule with exact state',
    ]);
    const dense = { ...CPU, supports: { ...CPU.supports, weights: ['dense'] } } as const;
    assert.deepEqual(unsupportedKeys(asked, [dense]), ['load_in_4bit', 'optim']);
  });

  it('takes it on a device that offers it, the first that is available', () => {
    for (const [device, devices] of [
      ['cuda:1', [CPU, BROKEN, ABLE]],
      ['cuda', [ABLE, CPU]],
      ['auto', [BROKEN, ABLE, CPU]],
    ] as const) {
      assert.deepEqual(unsupportedKeys({ ...asked, device }, devices), [], device);
    }
    assert.deepEqual(unsupportedKeys(asked, []), [], 'devices that are not known');
    assert.deepEqual(unsupportedKeys({ ...asked, device: 'cpu' }, [ABLE, CPU]), ['optim']);
  });

  it('a device that is not there, and one that cannot run', () => {
    assert.deepEqual(complaints(text({ device: 'cuda' })), [
      '4:3 there is no device "cuda" here - use auto or cpu; sft devices lists what is here',
    ]);
    assert.throws(() => parseConfig(text({ device: 'cuda' }), FILE, [CPU, BROKEN]), /the driver is too old/);
    assert.deepEqual(unsupportedKeys({ ...asked, device: 'cuda' }, [CPU]), ['device', 'optim']);
  });

  it('missing keys name an example', () => {
    assert.deepEqual(complaints('{}'), [
      '1:1 model_name is missing - add "model_name": "models/SmolLM2-135M-Instruct"',
      '1:1 dataset is missing - add "dataset": "train.json"',
    ]);
  });

  it('all mistakes at once, in the order of the file', () => {
    const found = complaints(text({ lora_r: 0, max_stepps: 3, seed: -1 }));
    assert.deepEqual(
      found.map((line) => line.split(' ')[0]),
      ['4:3', '5:3', '6:3'],
    );
  });

  it('a key given twice', () => {
    assert.deepEqual(complaints('{"model_name": "a", "dataset": "b",\n "seed": 1, "seed": 2}'), [
      '2:13 seed is given twice - keep one of them',
    ]);
  });

  it('a key that only objects have by birth is unknown', () => {
    assert.deepEqual(complaints('{"model_name": "a", "dataset": "b", "__proto__": 1, "constructor": 2}').length, 2);
  });
});

describe('what is not JSON', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', ' \n', /^1:1 the configuration is empty - /],
    ['a list', '[]', /^1:1 a configuration is a JSON object - /],
    ['a comma at the end', '{\n  "seed": 1,\n}', /^2:12 JSON has no comma after the last item - remove the comma$/],
    ['a comment', '{\n  // fast\n  "seed": 1}', /^2:3 JSON has no comments - remove the comment$/],
    ['a missing comma', '{"seed": 1\n "lora_r": 2}', /^1:11 a comma is missing - add it here$/],
    ['an open text', '{"name": "a\n}', /^1:10 a text is not closed - close the quotes/],
    ['single quotes', "{'seed': 1}", /^1:2 not valid JSON: .* - write texts in double quotes$/],
    ['a cut-off file', '{"seed": 1', /^1:11 the file ends in the middle - add what is missing/],
    ['True', '{"shuffle": True}', /^1:13 not valid JSON: /],
    ['a million brackets', '['.repeat(1_000_000), /^1:33 brackets are nested too deeply/],
  ];
  for (const [name, source, expected] of cases) {
    it(name, () => {
      const found = complaints(source);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', expected);
    });
  }

  it('refuses what the accelerate engine does not do, at its line, and takes the devices that it has', () => {
    const text = (values: object): string => JSON.stringify({ ...BASE, engine: 'accelerate', ...values }, null, 2);
    for (const values of [{ device: 'webgpu' }, { device: 'tfjs' }]) {
      const [key] = Object.keys(values);
      assert.throws(
        () => parseConfig(text(values), FILE),
        (error: unknown) => {
          assert.ok(error instanceof ConfigError);
          const [problem] = atLeastOne(error.problems);
          assert.match(problem!.message, new RegExp(`^${key}.*: the accelerate engine `));
          assert.equal(problem!.line, 5);
          assert.match(problem!.remedy ?? '', /"engine": "builtin"/);
          return true;
        },
      );
    }
    const taken = { device: 'cuda', load_in_4bit: true, init_lora_weights: 'pissa_niter_4', neftune_noise_alpha: 5 };
    const config = parseConfig(text(taken), FILE, [CPU]);
    assert.deepEqual([config.device, config.load_in_4bit], ['cuda', true]);
  });
});
