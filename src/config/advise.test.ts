import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CPU } from '../../test/cpu-listing';
import { checkConfigText } from './advise';
import type { ConfigFinding } from './config-finding';
import type { ConfigFacts } from './facts';
import { parseConfig } from './parse-config';

const FILE = 'sft.config.json';
const BASE = { model_name: 'models/base', dataset: 'data/train.json' };
const FACTS: ConfigFacts = { modelMaxPositions: 2048, datasetExamples: 1000 };

function text(more: object): string {
  return JSON.stringify({ ...BASE, ...more }, null, 2);
}

function apply(source: string, finding: ConfigFinding, fix = 0): string {
  let result = source;
  for (const edit of finding.fixes[fix]!.edits.toReversed()) {
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
  }
  return result;
}

/** `severity code "covered text"` of each finding. */
function short(source: string, facts: ConfigFacts = {}): string[] {
  return checkConfigText(source, FILE, facts).map(
    (found) => `${found.severity} ${found.code} ${source.slice(found.offset, found.endOffset)}`,
  );
}

describe('checkConfigText: advice', () => {
  const cases: readonly (readonly [string, object, ConfigFacts, string, RegExp])[] = [
    ['a huge learning rate', { learning_rate: 0.1 }, {}, 'warning high-learning-rate "learning_rate"', /diverge/],
    [
      'a huge one by LoRA+',
      { learning_rate: 5e-4, loraplus_lr_ratio: 64 },
      {},
      'warning high-learning-rate "loraplus_lr_ratio"',
      /is 0\.032: .*4 to 16/,
    ],
    ['a tiny one', { learning_rate: 1e-7 }, {}, 'warning low-learning-rate "learning_rate"', /hardly learns/],
    [
      "LoRA's rate for all weights",
      { training_type: 'full' },
      {},
      'warning lora-learning-rate "training_type"',
      /0\.0002 suits LoRA.* - set it to about 0\.00002$/,
    ],
    [
      'a long warm-up',
      { max_steps: 100, warmup_steps: 30 },
      {},
      'warning long-warmup "warmup_steps"',
      /30 updates, which is 30% of all 100 - .*warmup_steps to 10$/,
    ],
    [
      'a long warm-up by ratio',
      { max_steps: 100, warmup_ratio: 0.5 },
      {},
      'warning long-warmup "warmup_ratio"',
      /50 updates/,
    ],
    [
      'a warm-up beyond the epochs',
      { warmup_steps: 400, num_train_epochs: 1 },
      FACTS,
      'warning warmup-beyond-end "warmup_steps"',
      /the run has only 100/,
    ],
    [
      'examples longer than the model takes',
      { max_seq_length: 4096 },
      FACTS,
      'error beyond-model-length "max_seq_length"',
      /4096, the model supports 2048 tokens - /,
    ],
    [
      'the default length in a short model',
      {},
      { modelMaxPositions: 512 },
      'error beyond-model-length "model_name"',
      /1024.*512/,
    ],
    [
      'data that is never seen',
      { max_steps: 60 },
      FACTS,
      'info unseen-examples "max_steps"',
      /480 of 800 training examples.* - enough for a first look; for one pass set max_steps to 100 or more/,
    ],
    [
      'data of which hardly any is seen',
      { max_steps: 4, warmup_steps: 0 },
      { datasetExamples: 7473 },
      'warning unseen-examples "max_steps"',
      /32 of 5,979 training examples; the rest is never seen - set max_steps to 748 or more/,
    ],
    [
      'data that is never seen among general questions',
      { max_steps: 60, retention_mix: 0.2 },
      FACTS,
      'info unseen-examples "max_steps"',
      /480 of 1,000 training examples, 200 of them general; .* set max_steps to 125 or more/,
    ],
    [
      'a very short run of few examples',
      { dataset: 'd.json', max_steps: 2, per_device_batch_size: 1, gradient_accumulation_steps: 1, lora_dropout: 0.1 },
      { datasetExamples: 1 },
      'info few-steps "max_steps"',
      /3 times through the 1 training example, or/,
    ],
    [
      'no dropout with a single example',
      { lora_dropout: 0 },
      { datasetExamples: 1 },
      'info no-dropout "lora_dropout"',
      /1 training example is soon/,
    ],
    ['half an epoch', { num_train_epochs: 0.5 }, {}, 'warning unseen-examples "num_train_epochs"', /50% of the/],
    ['data seen too often', { max_steps: 2500 }, FACTS, 'warning many-epochs "max_steps"', /25 times/],
    ['a high rank', { lora_r: 128, lora_alpha: 128 }, FACTS, 'warning high-rank "lora_r"', /memorise 800 examples/],
    ['a strong adapter', { lora_r: 8, lora_alpha: 64 }, {}, 'warning strong-adapter "lora_alpha"', /= 8 times/],
    ['a rank far below the default of alpha', { lora_r: 2 }, {}, 'warning strong-adapter "lora_r"', /= 8 times/],
    [
      'no dropout with few examples',
      { lora_dropout: 0 },
      { datasetExamples: 500 },
      'info no-dropout "lora_dropout"',
      /400 training examples are soon/,
    ],
    ['a very short run', { max_steps: 30 }, {}, 'info few-steps "max_steps"', /^30 updates will teach/],
    ['no validation part', { split: { train: 1 } }, {}, 'warning no-validation "split"', /starts to memorise/],
    [
      'a validation part of 0',
      { split: { train: 0.9, validation: 0, test: 0.1 } },
      {},
      'warning no-validation "validation"',
      /validation share/,
    ],
    [
      'early stopping with a validation part of no examples',
      { early_stopping_patience: 2 },
      { datasetExamples: 3 },
      'warning early-stopping-without-examples "early_stopping_patience"',
      /has no effect: the validation part has no examples/,
    ],
    [
      'a share beside a file of its own',
      { validation_dataset: 'v.json', split: { train: 0.7, validation: 0.2, test: 0.1 } },
      {},
      'info unused-share "validation"',
      /validation_dataset replaces split\.validation: these 20% of dataset are trained on as well/,
    ],
    [
      'checkpoints beyond the end',
      { max_steps: 90, save_steps: 100 },
      {},
      'info save-beyond-end "save_steps"',
      /the 90 updates of the run.* - set it to 30,/,
    ],
    [
      'measurements beyond the end',
      { max_steps: 90, eval_steps: 91 },
      {},
      'info evaluate-beyond-end "eval_steps"',
      /measured only at the end/,
    ],
  ];
  for (const [name, more, facts, expected, message] of cases) {
    it(`${name}: said on its key, and its first fix ends it`, () => {
      const source = text(more);
      const code = expected.split(' ')[1]!;
      const found = checkConfigText(source, FILE, facts).find((finding) => finding.code === code);
      assert.ok(found, short(source, facts).join('\n'));
      assert.equal(`${found.severity} ${found.code} ${source.slice(found.offset, found.endOffset)}`, expected);
      assert.match(found.message, message);
      assert.match(found.message, / - /);
      const fixed = apply(source, found);
      assert.ok(!checkConfigText(fixed, FILE, facts).some((finding) => finding.code === code), fixed);
      parseConfig(fixed, FILE);
    });
  }

  const silent: readonly (readonly [string, object, ConfigFacts])[] = [
    ['nothing chosen, nothing known', {}, {}],
    ['nothing chosen, a usual model and set', {}, { modelMaxPositions: 2048, datasetExamples: 2000 }],
    ['a fifth of warm-up', { max_steps: 100, warmup_steps: 20 }, {}],
    ['exactly the length of the model', { max_seq_length: 2048 }, FACTS],
    ['exactly one epoch', { max_steps: 100 }, FACTS],
    ['the largest learning rate', { learning_rate: 1e-2 }, {}],
    ['the smallest', { learning_rate: 1e-6 }, {}],
    ['full training at its own rate', { training_type: 'full', learning_rate: 2e-5 }, FACTS],
    ['a ratio of 4', { lora_r: 8, lora_alpha: 32 }, {}],
    ['rank-stabilised', { lora_r: 8, lora_alpha: 64, use_rslora: true }, {}],
    ['checkpoints only at the end, said so', { max_steps: 90, save_steps: null, eval_steps: null }, {}],
  ];
  for (const [name, more, facts] of silent) {
    it(`${name}: no advice`, () => {
      assert.deepEqual(short(text(more), facts), []);
    });
  }

  it('a validation part that comes to no examples is told at the data', () => {
    const told = short(text({ shuffle: true }), { datasetExamples: 3 });
    assert.ok(told.includes('warning no-validation "dataset"'), told.join('\n'));
    const own = text({ validation_dataset: 'v.json' });
    assert.ok(!short(own, { datasetExamples: 3, validationExamples: 9 }).some((one) => one.includes('no-validation')));
  });

  it('the sample needs no advice; without dropout, one', () => {
    const source = readFileSync('examples/sft.config.json', 'utf8');
    const facts = { modelMaxPositions: 1024, datasetExamples: 384 };
    assert.deepEqual(short(source, facts), []);
    const without = source.replace('"lora_dropout": 0.1', '"lora_dropout": 0');
    assert.deepEqual(short(without, facts), ['info no-dropout "lora_dropout"']);
  });
});

describe('checkConfigText: what other trainers ask for', () => {
  const said = (more: object, devices = [CPU]): string[] =>
    checkConfigText(text(more), FILE, { devices })
      .filter(({ code }) => code === 'accepted')
      .map(({ severity, message }) => `${severity} ${message}`);

  it('is accepted, with a line on what is done instead', () => {
    assert.deepEqual(said({}), []);
    const [bf16, packing, ...others] = said({ load_in_4bit: true, bf16: true, packing: true });
    assert.match(bf16!, /^info bf16 true: the processor computes in fp32 instead.*stay in 4 bits/);
    assert.match(packing!, /^info packing true: batches have no padding here/);
    assert.deepEqual(others, []);
    assert.match(said({ fp16: true })[0]!, /^info fp16 true: .* in the data type of their files/);
    assert.match(said({ bf16: true, training_type: 'full' })[0]!, /all weights are trained, and kept once in fp32/);
  });

  it('is not said of a device that does it, nor of both types at once', () => {
    const card = { ...CPU, supports: { ...CPU.supports, compute: ['f32', 'bf16'] as const } };
    assert.deepEqual(said({ bf16: true }, [card]), []);
    assert.deepEqual(said({ bf16: true, fp16: true }), []);
    assert.match(
      said({ bf16: true }, [{ ...CPU, kind: 'webgpu' }])[0]!,
      /^info bf16 true: the webgpu device computes in fp32 instead, which is more exact; /,
    );
  });
});

describe('checkConfigText: mistakes', () => {
  const cases: readonly (readonly [string, object, string, (string | null)?])[] = [
    ['an unknown key', { lora_rank: 8 }, 'error config "lora_rank"', '"lora_r": 8'],
    ['a key like nothing', { zzzzz: 8 }, 'error config "zzzzz"', null],
    ['a quoted number', { max_steps: '600' }, 'error config "max_steps"', '"max_steps": 600'],
    ['a quoted truth value', { shuffle: 'False' }, 'error config "shuffle"', '"shuffle": false'],
    ['a value out of bounds', { lora_dropout: 1 }, 'error config "lora_dropout"', '"lora_dropout": 0'],
    ['a misspelt choice', { lr_scheduler_type: 'cosin' }, 'error config "lr_scheduler_type"', '"cosine"'],
    ['an unknown projection', { target_modules: ['q_proj', 'v_prj'] }, 'error config "v_prj"', '"v_proj"'],
    ['a projection twice', { target_modules: ['q_proj', 'q_proj'] }, 'error config "target_modules"', '["q_proj"]'],
    ['both 16-bit types', { fp16: true, bf16: true }, 'error config "bf16"', '"bf16": false'],
    ['an optimizer under another name', { optim: 'adamw_bnb_8bit' }, 'error config "optim"', '"optim": "adamw_8bit"'],
    ['a warm-up beyond the run', { max_steps: 60, warmup_steps: 61 }, 'error config "warmup_steps"', '6'],
    ['shares that are no whole', { split: { train: 0.8, validation: 0.1 } }, 'error config "split"', '"train": 0.9'],
    [
      'dropout without LoRA',
      { training_type: 'full', learning_rate: 1e-5, lora_dropout: 0.1 },
      'error config "lora_dropout"',
      null,
    ],
    ['an unknown part', { split: { train: 0.9, valid: 0.1 } }, 'error config "valid"', '"validation": 0.1'],
  ];
  for (const [name, more, expected, after] of cases) {
    it(name, () => {
      const source = text(more);
      const [found, ...others] = checkConfigText(source, FILE, { devices: [CPU] });
      assert.ok(found);
      assert.deepEqual(short(source, { devices: [CPU] }), [expected]);
      assert.deepEqual(others, []);
      const fixed = apply(source, found);
      JSON.parse(fixed);
      if (typeof after === 'string') assert.ok(fixed.includes(after), fixed);
    });
  }

  it('says what loadConfig says, with the same places', () => {
    const source = text({ lora_r: 0, max_stepps: 3, seed: -1, split: { train: 2 } });
    let expected: unknown;
    try {
      parseConfig(source, FILE);
    } catch (error) {
      expected = (
        error as { problems: { line: number; column: number; message: string; remedy: string }[] }
      ).problems.map((problem) => [problem.line, problem.column, `${problem.message} - ${problem.remedy}`]);
    }
    assert.deepEqual(
      checkConfigText(source, FILE)
        .filter((found) => found.severity === 'error')
        .map((found) => [found.line, found.column, found.message]),
      expected,
    );
  });

  it('removal and addition keep the layout, whatever stands where', () => {
    for (const [before, after] of [
      ['{ "x1": 1, "model_name": "a", "dataset": "b" }', '{ "model_name": "a", "dataset": "b" }'],
      ['{ "model_name": "a", "dataset": "b", "x1": 1 }', '{ "model_name": "a", "dataset": "b" }'],
      [
        '{\r\n\t"model_name": "a",\r\n\t"x1": {"y": [1, 2]},\r\n\t"dataset": "b"\r\n}\r\n',
        '{\r\n\t"model_name": "a",\r\n\t"dataset": "b"\r\n}\r\n',
      ],
      ['{"model_name": "a", "dataset": "b", "seed": 1, "seed": 2}', '{"model_name": "a", "dataset": "b", "seed": 1}'],
      ['{\n    "dataset": "b"\n}', '{\n    "model_name": "models/SmolLM2-135M-Instruct",\n    "dataset": "b"\n}'],
    ] as const) {
      const [found] = checkConfigText(before, FILE);
      assert.equal(apply(before, found!), after);
    }
  });

  it('an only key is taken out without a trace', () => {
    const found = checkConfigText('{ "x1": 1 }', FILE).find((finding) => finding.message.startsWith('unknown'));
    assert.equal(apply('{ "x1": 1 }', found!), '{}');
  });

  it('a byte order mark is not counted', () => {
    const source = text({ zzzzz: 1 });
    assert.deepEqual(checkConfigText(`\uFEFF${source}`, FILE), checkConfigText(source, FILE));
  });

  it('advice on what is sound is given beside mistakes', () => {
    assert.deepEqual(short(text({ lora_r: 'many', learning_rate: 0.5, max_steps: 30 })), [
      'error config "lora_r"',
      'warning high-learning-rate "learning_rate"',
      'info few-steps "max_steps"',
    ]);
  });

  it('what is not JSON is one finding; commas have a fix', () => {
    assert.deepEqual(short('{\n  "seed": 1,\n}'), ['error config-syntax ,']);
    const open = '{\n  "seed": 1,\n}';
    assert.equal(apply(open, checkConfigText(open, FILE)[0]!), '{\n  "seed": 1\n}');
    const missing = '{"seed": 1\n "lora_r": 2}';
    assert.equal(apply(missing, checkConfigText(missing, FILE)[0]!), '{"seed": 1,\n "lora_r": 2}');
    for (const broken of ['', '[]', '{', '{"a', '{"a": Tru}', '['.repeat(100_000), '\0\0\0']) {
      const found = checkConfigText(broken, FILE);
      assert.equal(found.length, 1, broken.slice(0, 20));
      assert.ok(found[0]!.endOffset <= broken.length);
    }
  });
});
