import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { locateTensors, tensorsOf } from '../../src/base/tensor-folder';
import { readLlamaConfig } from '../../src/model/llama-config';
import { loadTokenizer } from '../../src/text/tokenizer';
import { askLlamaCpp, findLlamaCpp } from '../../src/verify/llama-cpp/ask-llama-cpp';
import { sft, smallConfig, temporaryFolder } from '../cli/sft';
import { writeTinyModel, type TokenizerChoice } from './tiny-model';

const QWEN: TokenizerChoice = { tokenizer: 'qwen', template: 'qwen2.5', eos: [462, 460] };
const LLAMA_3: TokenizerChoice = { tokenizer: 'llama-3', template: 'llama-3', eos: [464, 461] };

const SHAPE = {
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
};

const LONGROPE = {
  type: 'longrope',
  short_factor: [1, 1.05, 1.2, 1.4, 1.7, 2],
  long_factor: [1, 1.3, 2.5, 4, 9, 16],
};

/** Models of the families, and what of each a run must carry through. */
const MODELS: Readonly<Record<string, { json: Record<string, unknown>; text: TokenizerChoice; matrices: number }>> = {
  granite: {
    json: {
      ...SHAPE,
      architectures: ['GraniteForCausalLM'],
      embedding_multiplier: 6,
      attention_multiplier: 0.125,
      residual_multiplier: 0.6,
      logits_scaling: 4,
    },
    text: QWEN,
    matrices: 7,
  },
  smollm3: {
    json: { ...SHAPE, architectures: ['SmolLM3ForCausalLM'], tie_word_embeddings: true, rope_theta: 2_000_000 },
    text: LLAMA_3,
    matrices: 7,
  },
  olmo2: { json: { ...SHAPE, architectures: ['Olmo2ForCausalLM'] }, text: QWEN, matrices: 7 },
  gemma3: {
    json: {
      ...SHAPE,
      architectures: ['Gemma3ForCausalLM'],
      num_hidden_layers: 7,
      head_dim: 16,
      query_pre_attn_scalar: 16,
      rope_theta: 1_000_000,
      rope_local_base_freq: 10_000,
      rope_scaling: { rope_type: 'linear', factor: 8 },
      sliding_window: 9,
    },
    text: QWEN,
    matrices: 7,
  },
  'gemma3 within a multimodal model': {
    json: {
      architectures: ['Gemma3ForConditionalGeneration'],
      model_type: 'gemma3',
      text_config: { ...SHAPE, num_hidden_layers: 2, head_dim: 16, query_pre_attn_scalar: 16, sliding_window: 9 },
      vision_config: {},
    },
    text: QWEN,
    matrices: 7,
  },
  'phi-3': {
    json: { ...SHAPE, architectures: ['Phi3ForCausalLM'], sliding_window: 400 },
    text: QWEN,
    matrices: 4,
  },
  'phi-4-mini': {
    json: {
      ...SHAPE,
      architectures: ['Phi3ForCausalLM'],
      partial_rotary_factor: 0.75,
      tie_word_embeddings: true,
      max_position_embeddings: 2048,
      original_max_position_embeddings: 512,
      rope_scaling: LONGROPE,
    },
    text: QWEN,
    matrices: 4,
  },
  'llama with yarn': {
    json: {
      ...SHAPE,
      architectures: ['LlamaForCausalLM'],
      rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 128, beta_fast: 24 },
    },
    text: LLAMA_3,
    matrices: 7,
  },
};

const WORKER = path.resolve('dist/llama-cpp-worker.js');
const PROMPTS = ['How do I renew my passport?', '日本語の質問 12345 😀', 'the answer is'];
const root = temporaryFolder();

for (const [name, { json, text, matrices }] of Object.entries(MODELS)) {
  describe(`${name} from the command line`, () => {
    const folder = path.join(root, name.replaceAll(' ', '-'));
    const model = path.join(folder, 'model');
    const run = path.join(folder, 'run');
    const adapter = path.join(run, 'adapter');
    let data: string;

    before(async () => {
      mkdirSync(folder, { recursive: true });
      await writeTinyModel(model, json, text);
      const config = smallConfig(folder, {
        model_name: model,
        max_steps: 3,
        eval_steps: 3,
        save_steps: null,
        eval_examples: 4,
        max_seq_length: 256,
        learning_rate: 5e-3,
        lora_r: 4,
      });
      data = path.join(folder, 'data.json');
      const trained = sft(['train', config, '--run', run]);
      assert.equal(trained.code, 0, trained.err);
    });

    const exported = (form: string, ...options: string[]): string => {
      const out = path.join(folder, form === 'gguf' ? 'model.gguf' : form);
      const finished = sft(['export', run, '--to', form, '--out', out, '--threads', '1', ...options]);
      assert.equal(finished.code, 0, finished.err);
      // Each was read back from its own files, a GGUF with the configuration that its metadata say.
      assert.match(finished.err, /^verified: loaded again and asked 3 questions .* in f32$/m);
      return out;
    };
    const score = (...of: string[]): number => {
      const finished = sft(['score', data, '--model', ...of, '--max-seq-length', '256', '--json']);
      assert.equal(finished.code, 0, finished.err);
      return (JSON.parse(finished.out) as { nll: number }).nll;
    };

    it('an adapter on every matrix of every layer, which changes the model', () => {
      const pairs = [...tensorsOf(path.join(adapter, 'adapter_model.safetensors'))];
      assert.equal(pairs.length, 2 * matrices * readLlamaConfig(model).layers);
      assert.ok(Math.abs(score(model, '--adapter', adapter) / score(model) - 1) > 1e-3);
    });

    it('merged: the same tensors, and the NLL of base and adapter', () => {
      const merged = exported('merged');
      const facts = (at: string): unknown =>
        [...locateTensors(at)].map(([tensor, { dtype, shape }]) => [tensor, dtype, shape]).sort();
      const outside = 'vision_config' in json ? [['vision_tower.weight', 'F32', [4]]] : [];
      assert.deepEqual([...(facts(merged) as unknown[]), ...outside].sort(), facts(model));
      assert.ok(Math.abs(score(merged) / score(model, '--adapter', adapter) - 1) < 1e-5);
    });

    it('GGUF, read here: the NLL of base and adapter', () => {
      const file = exported('gguf', '--type', 'f32');
      assert.ok(Math.abs(score(file) / score(model, '--adapter', adapter) - 1) < 1e-5);
    });

    const module = findLlamaCpp();
    it(
      'GGUF in a real llama.cpp: 64 greedy tokens and the ids of prompts as here',
      { skip: module === undefined && 'node-llama-cpp is not installed (SFT_LLAMA_CPP names the folder it is in)' },
      async () => {
        const file = path.join(folder, 'model.gguf');
        const request = {
          module: module!,
          model: file,
          prompts: PROMPTS,
          maxNewTokens: 64,
          contextSize: 256,
          threads: 1,
        };
        const tokenizer = await loadTokenizer(model);
        const answers = await askLlamaCpp(WORKER, request, 120_000);
        for (const [at, prompt] of PROMPTS.entries()) {
          const args = [
            'generate',
            '--model',
            model,
            '--adapter',
            adapter,
            '--raw',
            '--max-new-tokens',
            '64',
            '--json',
          ];
          const ours = sft([...args, '--prompt', prompt]);
          assert.equal(ours.code, 0, ours.err);
          assert.deepEqual(answers[at]!.prompt, tokenizer.encode(prompt), prompt);
          const { token_ids, stop } = JSON.parse(ours.out) as { token_ids: number[]; stop: string };
          assert.deepEqual(answers[at]!.tokens, token_ids, prompt);
          assert.equal(answers[at]!.ended, stop === 'stop');
        }
      },
    );
  });
}
