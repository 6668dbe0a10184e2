import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readGguf } from '../../src/base/gguf/read-gguf';
import { exportSizes } from '../../src/export/sizes';
import { MODEL, sft, smallConfig, smallDataset, temporaryFolder } from './sft';

const folder = temporaryFolder();
const data = smallDataset(folder, 12);

interface Method {
  readonly keys: Readonly<Record<string, unknown>>;
  /** What its parameters are for the example's model of 64 numbers a token. */
  readonly parameters: RegExp;
  /** Whether the adapter belongs to the model in 4 bits. */
  readonly in4bit?: true;
  /** Whether the model's one table for embedding and head becomes two. */
  readonly parted?: true;
  /** What `sft export --to merged` says where it cannot. */
  readonly unmergeable?: RegExp;
}

const PARTED = /embedding and head of the model are one table.*ensure_weight_tying/;
const PLAIN = { lora_dropout: undefined, max_seq_length: 512, max_steps: 4, save_steps: 2, learning_rate: 1e-2 };
/** Keys that an adapter to go on from says itself. */
const FRESH = {
  init_lora_weights: undefined,
  trainable_tokens: undefined,
  modules_to_save: undefined,
  ensure_weight_tying: undefined,
};
const METHODS: Readonly<Record<string, Method>> = {
  'trained tokens': {
    keys: { trainable_tokens: 'template', target_modules: ['q_proj'], lora_r: 2 },
    parameters: /\.q_proj\.lora_[AB]\.weight$|\.token_adapter\.trainable_tokens_delta$/,
  },
  'whole tables': {
    keys: { modules_to_save: ['embed_tokens', 'lm_head'], target_modules: ['q_proj'], lora_r: 2 },
    parameters: /\.q_proj\.lora_[AB]\.weight$|^base_model\.model\.(model\.embed_tokens|lm_head)\.weight$/,
    parted: true,
  },
  'one table for both ends': {
    keys: { modules_to_save: ['embed_tokens'], ensure_weight_tying: true, target_modules: ['q_proj'], lora_r: 2 },
    parameters: /\.q_proj\.lora_[AB]\.weight$|^base_model\.model\.(model\.embed_tokens|lm_head)\.weight$/,
  },
  PiSSA: {
    keys: { init_lora_weights: 'pissa', lora_dropout: 0.1, use_rslora: true },
    parameters: /\.lora_[AB]\.weight$/,
  },
  LoftQ: {
    keys: { init_lora_weights: 'loftq', load_in_4bit: true },
    parameters: /\.lora_[AB]\.weight$/,
    in4bit: true,
  },
  'prompt tuning': {
    keys: {
      training_type: 'prompt_tuning',
      num_virtual_tokens: 5,
      prompt_tuning_init: 'text',
      prompt_tuning_init_text: 'Answer kindly.',
    },
    parameters: /^prompt_embeddings$/,
    unmergeable: /a prompt comes before the input.*--to peft/,
  },
};

function trained(name: string, values: Readonly<Record<string, unknown>>): string {
  const run = path.join(folder, name.replaceAll(' ', '-'));
  mkdirSync(`${run}-config`);
  const finished = sft(['train', smallConfig(`${run}-config`, values), '--run', run]);
  assert.equal(finished.code, 0, finished.err);
  return run;
}

function nll(...options: string[]): number {
  const finished = sft(['score', data, '--model', MODEL, '--json', ...options]);
  assert.equal(finished.code, 0, finished.err);
  return (JSON.parse(finished.out) as { nll: number }).nll;
}

function tensorsIn(file: string): string[] {
  const bytes = readFileSync(file);
  const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString();
  return Object.keys(JSON.parse(header) as object).filter((key) => key !== '__metadata__');
}

for (const [name, { keys, parameters, in4bit, parted, unmergeable }] of Object.entries(METHODS)) {
  describe(`sft with ${name}`, () => {
    const values = { ...PLAIN, ...keys };
    const run = trained(name, values);
    const adapter = path.join(run, 'adapter');
    const under = in4bit === undefined ? [] : ['--load-in-4bit'];
    const ofAdapter = (folder: string): number => nll('--adapter', folder, ...under);

    it('trains, and evaluates base and result', () => {
      for (const tensor of tensorsIn(path.join(adapter, 'adapter_model.safetensors'))) assert.match(tensor, parameters);
      const evaluation = JSON.parse(readFileSync(path.join(run, 'evaluation.json'), 'utf8')) as Record<string, unknown>;
      assert.notDeepEqual(evaluation['base'], evaluation['tuned']);
      assert.ok(Math.abs(ofAdapter(adapter) - nll(...under)) > 1e-3);
    });

    it('goes on from its adapter', () => {
      const changes = { ...FRESH, adapter, max_steps: 2, learning_rate: 1e-9 };
      const again = trained(`${name} continued`, { ...values, ...changes });
      const [before, after] = [adapter, path.join(again, 'adapter')].map(ofAdapter);
      assert.ok(Math.abs(before! / after! - 1) < 1e-4, `${after} where it began, ${before} where the other ended`);
    });

    it('answers with the base model and with 4 bits under it', () => {
      for (const options of [[], ['--load-in-4bit']]) {
        const asked = ['generate', '--model', MODEL, '--adapter', adapter, '--max-new-tokens', '4', ...options];
        const finished = sft([...asked, '--prompt', 'Where is the office?']);
        assert.equal(finished.code, 0, finished.err);
        assert.notEqual(finished.out, '');
      }
    });

    it('is estimated and checked', () => {
      const config = path.join(`${run}-config`, 'sft.config.json');
      for (const verb of ['estimate', 'preflight']) {
        const finished = sft([verb, config]);
        assert.equal(finished.code, 0, finished.out + finished.err);
        assert.equal(
          verb === 'preflight' && PARTED.test(finished.out.replaceAll(/\s+/g, ' ')),
          verb === 'preflight' && parted === true,
        );
      }
    });

    it(unmergeable === undefined ? 'is merged into the model' : 'is not merged, and says why', () => {
      const out = path.join(folder, `${path.basename(run)}-merged`);
      const finished = sft(['export', run, '--to', 'merged', '--out', out]);
      if (unmergeable !== undefined) {
        assert.equal(finished.code, 2);
        assert.match(finished.err.replaceAll('\n', ' '), unmergeable);
        return;
      }
      assert.equal(finished.code, 0, finished.err);
      const [together, apart] = [sft(['score', data, '--model', out, '--json']), ofAdapter(adapter)];
      assert.equal(together.code, 0, together.err);
      // What the base model's types take away by rounding.
      const merged = (JSON.parse(together.out) as { nll: number }).nll;
      assert.ok(Math.abs(merged / apart - 1) < 2e-3, `${merged} merged, ${apart} apart`);
      const config = JSON.parse(readFileSync(path.join(out, 'config.json'), 'utf8')) as Record<string, unknown>;
      assert.equal(config['tie_word_embeddings'], parted !== true);
    });

    if (parted === undefined) return;
    it('has a head of its own in 4 bits and in llama.cpp, and is no adapter of llama.cpp', () => {
      const [folder4, file] = [`${run}-4bit`, `${run}.gguf`];
      for (const form of [
        ['merged', '--type', 'nf4', '--out', folder4],
        ['gguf', '--out', file],
      ]) {
        const finished = sft(['export', run, '--to', ...form]);
        assert.equal(finished.code, 0, finished.err);
      }
      const scored = sft(['score', data, '--model', folder4, '--json']);
      assert.equal(scored.code, 0, scored.err);
      assert.ok(readGguf(file).tensors.has('output.weight'));
      const { gguf, usual } = exportSizes(MODEL, true);
      const head = statSync(file).size - gguf[usual];
      assert.ok(
        head > 0 && head < 200_000,
        `${gguf[usual]} bytes of weights were announced, ${head} more were written`,
      );
      const refused = sft(['export', run, '--to', 'gguf-lora', '--out', `${run}-lora.gguf`]);
      assert.equal(refused.code, 2);
      assert.match(refused.err, /was trained too, and a llama.cpp adapter can hold only LoRA.*--to gguf/s);
    });
  });
}
