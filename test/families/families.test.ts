import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { locateTensors, tensorsOf } from '../../src/base/tensor-folder';
import { readLlamaConfig } from '../../src/model/llama-config';
import { loadTokenizer } from '../../src/text/tokenizer';
import { askLlamaCpp, findLlamaCpp } from '../../src/verify/llama-cpp/ask-llama-cpp';
import { sft, smallConfig, temporaryFolder } from '../cli/sft';
import { assertReadByGgufPackage, NO_GGUF_PACKAGE } from '../export/gguf-package';
import { MODELS } from './models';
import { writeTinyModel } from './tiny-model';

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

    it('GGUF, read by the package gguf: all metadata and tensors', { skip: NO_GGUF_PACKAGE }, () => {
      assertReadByGgufPackage(path.join(folder, 'model.gguf'));
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
