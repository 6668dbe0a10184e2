import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONFIG_SCHEMA, type ResolvedConfig } from '../../config/config-schema';
import { withDefaults } from '../../config/defaults';
import type { RecipeFiles, RecipeMessage, RecipeSource } from './recipe';
import { RECIPES } from './registry';
import { yamlText } from './yaml-text';

const user = (content: string): RecipeMessage => ({ role: 'user', content, trained: false });
const answer = (content: string, trained = true): RecipeMessage => ({ role: 'assistant', content, trained });

const CONFIG = {
  ...withDefaults({ model_name: '/models/tiny', dataset: '/data/faq.json' }),
  name: 'faq',
} as ResolvedConfig;

function source(changes: Partial<ResolvedConfig> = {}, more: Partial<RecipeSource> = {}): RecipeSource {
  const config = { ...CONFIG, ...changes };
  return {
    config,
    title: 'faq',
    baseModel: 'someone/tiny',
    onHub: true,
    chatTemplate: '{{ messages }}',
    ownTemplate: true,
    thinking: false,
    endTokens: ['<|eot_id|>'],
    parts: {
      train: [
        [user('one'), answer('1')],
        [
          { role: 'system', content: 'be kind', trained: false },
          user('two'),
          answer('2', false),
          user('three'),
          answer('3'),
        ],
      ],
      validation: [[user('four'), answer('4')]],
      test: [[user('five'), answer('5')]],
    },
    plan: { steps: config.max_steps ?? 20 * config.num_train_epochs, warmup: 5 },
    ...more,
  };
}

function written({ files, differences }: RecipeFiles): string {
  return JSON.stringify([[...files], differences]);
}

/** Another value than a key has unless it is given. */
function otherValue(key: string): unknown {
  const property: { type?: string | readonly string[]; enum?: readonly unknown[]; default?: unknown } =
    CONFIG_SCHEMA.properties[key as keyof typeof CONFIG_SCHEMA.properties];
  const special: Readonly<Record<string, unknown>> = {
    adapter: '/runs/a/adapter',
    rank_pattern: { down_proj: 8 },
    alpha_pattern: { down_proj: 8 },
    target_modules: ['q_proj'],
    max_steps: 77,
    early_stopping_patience: 3,
  };
  if (key in special) return special[key];
  if (property.enum !== undefined) return property.enum.find((value) => value !== property.default);
  if (typeof property.default === 'boolean') return !property.default;
  if (typeof property.default === 'number') return property.default === 0 ? 0.25 : property.default / 2;
  if (property.default === null && property.type?.includes('integer') === true) return 7;
  return property.default === null && property.type?.includes('number') === true ? 0.5 : ['other'];
}

/** What says nothing of the training: the data follow it, or it is of this tool or machine alone. */
const SILENT = new Set([
  ...['$schema', 'name', 'model_name', 'dataset', 'validation_dataset', 'test_dataset', 'columns', 'split'],
  ...['system_prompt', 'train_on', 'enable_thinking', 'output_dir', 'engine', 'device', 'threads'],
  ...['eval_examples', 'max_new_tokens', 'rouge_unicode', 'warmup_steps', 'warmup_ratio'],
]);

describe('recipes', () => {
  for (const recipe of RECIPES) {
    it(`${recipe.name}: every setting is written or named as lost`, () => {
      const plain = written(recipe.make(source({ load_in_4bit: true })));
      const keys = Object.keys(CONFIG).filter((key) => !SILENT.has(key) && key !== 'load_in_4bit');
      assert.ok(keys.length > 25, `only ${keys.length} keys`);
      for (const key of keys) {
        const changed = written(recipe.make(source({ load_in_4bit: true, [key]: otherValue(key) })));
        assert.notEqual(changed, plain, `${key} ${JSON.stringify(otherValue(key))}`);
      }
      assert.notEqual(written(recipe.make(source())), plain, 'load_in_4bit');
    });

    it(`${recipe.name}: names a key that it does not know`, () => {
      const config = { ...CONFIG, max_grad_norm_of_tomorrow: 3 } as ResolvedConfig;
      const { differences } = recipe.make({ ...source(), config });
      assert.ok(
        differences.some((line) => line.includes('max_grad_norm_of_tomorrow 3')),
        differences.join('\n'),
      );
    });

    it(`${recipe.name}: has the learned answers of each part, behind their prompts, and no other as learned`, () => {
      const { files } = recipe.make(source());
      const rows = (name: string): unknown[] =>
        files
          .get(`data/${name}.jsonl`)!
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown);
      const train = rows('train');
      assert.equal(train.length, 2);
      const learnt = train.map((row) => learntOf(row as Row));
      assert.deepEqual(learnt, [['1'], ['3']]);
      assert.match(JSON.stringify(train[1]), /be kind.*two.*2.*three.*3/);
      assert.equal(rows(recipe.name === 'mlx-lm' ? 'valid' : 'validation').length, 1);
      assert.equal(rows('test').length, 1);
    });
  }

  it('a conversation with two learned answers becomes two rows where a row has one, and that is said', () => {
    const parts = { train: [[user('a'), answer('1'), user('b'), answer('2')]], validation: [], test: [] };
    for (const recipe of RECIPES) {
      const { files, differences } = recipe.make(source({}, { parts }));
      const rows = files.get('data/train.jsonl')!.trimEnd().split('\n');
      assert.equal(rows.length, recipe.name === 'axolotl' ? 1 : 2, recipe.name);
      assert.equal(
        differences.some((line) => line.startsWith('1 conversations have 2 answers')),
        recipe.name !== 'axolotl',
      );
      assert.ok(!files.has('data/validation.jsonl'));
    }
  });

  it('writes numbers that readers of YAML 1.1 take for numbers', () => {
    assert.equal(
      yamlText({ a: 1e-8, b: 2.5e-7, c: 1, d: 'x: "y"\n', e: [1e-9, { f: null }], g: undefined }),
      'a: 1.0e-8\nb: 2.5e-7\nc: 1\nd: "x: \\"y\\"\\n"\ne: [1.0e-9, {"f": null}]\n',
    );
  });
});

interface Row {
  readonly messages?: readonly { readonly role: string; readonly content: string; readonly train?: boolean }[];
  readonly completion?: readonly { readonly content: string }[];
}

/** As each tool understands a row: its completion, the messages marked, or the last one. */
function learntOf({ messages = [], completion }: Row): string[] {
  if (completion !== undefined) return completion.map(({ content }) => content);
  if (messages.some(({ train }) => train !== undefined))
    return messages.filter(({ train }) => train === true).map(({ content }) => content);
  return [messages.at(-1)!.content];
}
