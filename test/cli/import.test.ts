import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { CONFIG_SCHEMA, type Config, type ResolvedConfig } from '../../src/config/config-schema';
import { withDefaults } from '../../src/config/defaults';
import { FOREIGN_TOOLS, importConfig } from '../../src/config/foreign/import-config';
import type { RecipeMessage, RecipeSource } from '../../src/export/recipes/recipe';
import { RECIPES } from '../../src/export/recipes/registry';
import { DATA, MODEL, sft, temporaryFolder } from './sft';

const folder = temporaryFolder();
mkdirSync(path.join(folder, 'adapter'));
mkdirSync(path.join(folder, 'data'));
for (const name of ['train', 'validation', 'valid', 'test'])
  writeFileSync(path.join(folder, 'data', `${name}.jsonl`), '{}\n');

const turn = (role: 'user' | 'assistant', content: string): RecipeMessage => ({
  role,
  content,
  trained: role === 'assistant',
});
const CONFIG = { ...withDefaults({ model_name: MODEL, dataset: '/data/faq.json' }), name: 'faq' } as ResolvedConfig;

/** The recipe of a configuration of 20 updates an epoch. */
function source(config: ResolvedConfig): RecipeSource {
  const steps = config.max_steps ?? 20 * config.num_train_epochs;
  const asked = config.warmup_steps >= 1 ? config.warmup_steps : Math.ceil(steps * config.warmup_ratio);
  const one = [[turn('user', 'one'), turn('assistant', '1')]];
  return {
    config,
    title: 'faq',
    baseModel: MODEL,
    onHub: false,
    chatTemplate: '{{ messages }}',
    ownTemplate: true,
    thinking: false,
    endTokens: ['<|eot_id|>'],
    parts: { train: one, validation: one, test: one },
    plan: { steps, warmup: Math.min(steps, asked) },
  };
}

/** Values that each key is tried with: all that the schema shows, and its bounds. */
function valuesOf(key: string): unknown[] {
  const property: { examples?: readonly unknown[]; enum?: readonly unknown[]; type?: unknown } =
    CONFIG_SCHEMA.properties[key as keyof typeof CONFIG_SCHEMA.properties];
  const special: Readonly<Record<string, unknown[]>> = {
    adapter: [path.join(folder, 'adapter')],
    training_type: ['lora', 'full'],
    eval_steps: [null, 7, 100],
    save_steps: [null, 7, 100],
    adam_epsilon: [1e-8, 1e-6, 0.5],
    learning_rate: [2e-4, 1e-5, 1],
    num_train_epochs: [1, 0.5, 2.5],
  };
  if (key in special) return special[key]!;
  if (property.type === 'boolean') return [true, false];
  return [...(property.enum ?? property.examples ?? [])];
}

/** What says nothing of the training, or is the recipe's data and not a key. */
const ELSEWHERE = new Set([
  ...['$schema', 'name', 'model_name', 'dataset', 'validation_dataset', 'test_dataset', 'columns', 'split'],
  ...['system_prompt', 'train_on', 'enable_thinking', 'output_dir', 'engine', 'device', 'threads'],
  ...['eval_examples', 'loss_examples', 'sample_prompts', 'max_new_tokens', 'rouge_unicode', 'sweep'],
  ...['retention', 'retention_dataset', 'retention_mix'],
  ...['num_virtual_tokens', 'prompt_tuning_init', 'prompt_tuning_init_text'],
]);

/** What a recipe says in another way, with the same meaning. */
function meant(tool: string, config: ResolvedConfig): Record<string, unknown> {
  const { plan } = source(config);
  const targets = config.target_modules;
  const isLora = config.training_type === 'lora';
  return {
    ...config,
    // The updates of the warm-up are counted; a constant rate without them is another schedule.
    warmup_steps: plan.warmup,
    warmup_ratio: 0,
    ...(config.max_steps === null ? {} : { num_train_epochs: withDefaults({}).num_train_epochs }),
    ...(tool === 'llama-factory' && (targets === 'all-linear' || targets === 'all')
      ? { target_modules: 'all-linear' }
      : {}),
    ...(tool !== 'mlx-lm'
      ? {}
      : {
          max_steps: plan.steps,
          num_train_epochs: withDefaults({}).num_train_epochs,
          eval_steps: config.eval_steps ?? plan.steps,
          save_steps: config.save_steps ?? plan.steps,
          ...(isLora && config.use_rslora
            ? { use_rslora: false, lora_alpha: config.lora_alpha * Math.sqrt(config.lora_r) }
            : {}),
          ...(targets === 'all-linear' ? { target_modules: withDefaults({}).target_modules } : {}),
          // It never clips.
          max_grad_norm: 0,
        }),
  };
}

describe('a recipe that is read back', () => {
  for (const { name: tool } of FOREIGN_TOOLS) {
    const recipe = RECIPES.find(({ name }) => name === tool)!;
    it(`${tool}: gives the configuration back, whatever value a key has, or the recipe has named it as lost`, () => {
      let compared = 0;
      for (const key of Object.keys(CONFIG_SCHEMA.properties)) {
        if (ELSEWHERE.has(key)) continue;
        for (const value of valuesOf(key)) {
          const config = { ...CONFIG, [key]: value } as ResolvedConfig;
          if (key === 'warmup_ratio') Object.assign(config, { warmup_steps: 0 });
          if (key === 'bnb_4bit_use_double_quant') Object.assign(config, { load_in_4bit: true });
          const { files, differences } = recipe.make(source(config));
          const yaml = [...files].find(([name]) => name.endsWith('.yaml'))!;
          const file = path.join(folder, yaml[0]);
          const imported = importConfig(yaml[1], file);
          assert.equal(imported.tool, tool);
          const back = { ...withDefaults(imported.config), name: 'faq' } as unknown as Record<string, unknown>;
          const wanted = meant(tool, config);
          for (const each of Object.keys(CONFIG)) {
            if (ELSEWHERE.has(each)) continue;
            if (
              config.training_type === 'full' &&
              /lora|target_modules|pattern|dora|modules_to_save|weight_tying/.test(each)
            )
              continue;
            if (differences.some((line) => line.startsWith(`${each} `))) continue;
            if (each === 'lora_alpha') {
              const [own, other] = [back[each], wanted[each]] as [number, number];
              assert.ok(Math.abs(own / other - 1) < 1e-12, `${key} ${JSON.stringify(value)}: ${each} ${own}`);
            } else assert.deepEqual(back[each], wanted[each], `${key} ${JSON.stringify(value)}: ${each}`);
            compared++;
          }
          assert.equal(imported.config.dataset, path.join(folder, 'data/train.jsonl'));
          assert.ok(
            imported.lost.every(({ reason }) => reason !== 'there is no equivalent here'),
            JSON.stringify(imported.lost),
          );
        }
      }
      assert.ok(compared > 1000, `${compared} comparisons`);
    });
  }
});

const AXOLOTL = `base_model: ${MODEL}
load_in_8bit: true
datasets:
  - path: data/train.jsonl
    type: chat_template
adapter: lora
lora_r: 32
lora_alpha: 64
lora_target_linear: yes
lora_modules_to_save: [embed_tokens]
lora_fan_in_fan_out: true
sequence_len: 4096
micro_batch_size: 2
num_epochs: 4
optimizer: adafactor
learning_rate: 1e-4
warmup_ratio: 0.1
bf16: auto
flash_attention: true
wandb_project: mine
val_set_size: 0.05
`;

describe('sft import', () => {
  it('writes what a person wrote for another tool, and names every key that it cannot take, with line and reason', () => {
    const file = path.join(folder, 'theirs.yaml');
    writeFileSync(file, AXOLOTL);
    const out = path.join(folder, 'sft.config.json');
    const done = sft(['import', file, '--out', out]);
    assert.equal(done.code, 0, done.err);
    const config = JSON.parse(readFileSync(out, 'utf8')) as Config;
    assert.deepEqual(config, {
      model_name: config.model_name,
      dataset: 'data/train.jsonl',
      max_seq_length: 4096,
      lora_r: 32,
      lora_alpha: 64,
      target_modules: 'all-linear',
      modules_to_save: ['embed_tokens'],
      num_train_epochs: 4,
      gradient_accumulation_steps: 1,
      learning_rate: 1e-4,
      lr_scheduler_type: 'cosine',
      warmup_ratio: 0.1,
      weight_decay: 0,
      seed: 42,
      split: { train: 0.95, validation: 0.05, test: 0 },
    });
    for (const line of [
      /theirs\.yaml:2 load_in_8bit true was not imported: weights are kept here as they are, or in 4 bits/,
      /theirs\.yaml:11 lora_fan_in_fan_out true was not imported: there is no equivalent here/,
      /theirs\.yaml:15 optimizer "adafactor" was not imported: only the optimizers adamw and adamw_8bit are supported here/,
      /theirs\.yaml:18 bf16 "auto" was not imported: it has to be set explicitly here/,
      /theirs\.yaml:19 flash_attention true was not imported: it changes how the tool computes/,
      /theirs\.yaml:20 wandb_project "mine" was not imported: every update is logged here/,
      /note: lr_scheduler_type "cosine" is the default of Axolotl/,
    ])
      assert.match(done.err, line);

    const again = sft(['import', file, '--out', out]);
    assert.equal(again.code, 2);
    assert.match(again.err, /exists already/);
    assert.equal(sft(['import', file, '--out', out, '--overwrite', '--dataset', DATA]).code, 0);
    assert.match(readFileSync(out, 'utf8'), /nigeria-services\.json/);
    rmSync(out);
  });

  it('refuses what it cannot read, and writes nothing then', () => {
    const refusals: readonly (readonly [text: string, reason: RegExp, args?: string[]])[] = [
      ['a: [1\nb: 2\n', /bad\.yaml:\d+ is not YAML: /],
      ['a: 1\na: 2\n', /bad\.yaml:2 is not YAML: Map keys must be unique/],
      ['- 1\n- 2\n', /holds no keys with values/],
      ['['.repeat(20_000), /is not YAML|cannot be read/],
      [
        `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n`,
        /cannot be read: Excessive alias count|is not clear/,
      ],
      [
        'learning_rate: 1\n',
        /it is not clear which tool this configuration is for - name the tool with --from: trl, axolotl/,
      ],
      ['base_model: nowhere/at/all\nsequence_len: 8\n', /there is no nowhere\/at\/all here - name it: --model MODEL/],
      [`base_model: ${MODEL}\nsequence_len: 8\n`, /it names no data - name it: --dataset FILE/],
    ];
    const file = path.join(folder, 'bad.yaml');
    const out = path.join(folder, 'none.json');
    for (const [text, reason] of refusals) {
      writeFileSync(file, text);
      const refused = sft(['import', file, '--out', out]);
      assert.equal(refused.code, 2, `${text.slice(0, 40)}: ${refused.out}${refused.err}`);
      assert.match(refused.err, reason);
    }
    assert.throws(() => readFileSync(out));
  });

  it('drops a value that means nothing here, and says why', () => {
    const text = `model_name_or_path: ${MODEL}\ndataset_name: data\nuse_peft: true\nlora_r: many\nlearning_rate: -1\nlora_target_modules: [q_proj, c_attn]\n`;
    const { config, lost } = importConfig(text, path.join(folder, 'trl.yaml'));
    assert.deepEqual(
      lost.map(({ key, line }) => [key, line]),
      [
        ['lora_r', 4],
        ['learning_rate', 5],
        ['lora_target_modules', 6],
      ],
    );
    for (const key of ['lora_r', 'learning_rate', 'target_modules'] as const) assert.equal(config[key], undefined);
  });
});
