import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { readGguf, type GgufFile } from '../../src/base/gguf/read-gguf';
import { askLlamaCpp, findLlamaCpp } from '../../src/verify/llama-cpp/ask-llama-cpp';
import { MODEL, sft, smallConfig, smallDataset, temporaryFolder } from '../cli/sft';
import { assertReadByGgufPackage, NO_GGUF_PACKAGE } from './gguf-package';

const folder = temporaryFolder();
smallDataset(folder, 20);
const WORKER = path.resolve('dist/llama-cpp-worker.js');
const PROMPTS = ['How do I renew my passport?', 'What is BVN?', 'Hello'];

function train(name: string, values: Readonly<Record<string, unknown>>): string {
  const run = path.join(folder, name);
  mkdirSync(`${run}-config`);
  const config = smallConfig(`${run}-config`, { max_steps: 4, learning_rate: 1e-2, ...values });
  const trained = sft(['train', config, '--run', run]);
  assert.equal(trained.code, 0, trained.err);
  return run;
}

function exported(run: string, form: string, ...options: string[]): string {
  const out = path.join(folder, `${path.basename(run)}-${form}${options.join('')}.gguf`);
  const finished = sft(['export', run, '--to', form, '--out', out, '--threads', '1', ...options]);
  assert.equal(finished.code, 0, finished.err);
  return out;
}

function floats({ file, tensors }: GgufFile, name: string): Float32Array {
  const { offset, bytes, type } = tensors.get(name)!;
  assert.equal(type, 'f32');
  return new Float32Array(new Uint8Array(readFileSync(file).subarray(offset, offset + bytes)).buffer);
}

describe('sft export --to gguf-lora', () => {
  let run: string;
  let base: string;
  let adapter: string;

  before(() => {
    const patterns = { rank_pattern: { q_proj: 8 }, alpha_pattern: { k_proj: 5 }, use_rslora: true };
    run = train('lora', { lora_r: 4, lora_alpha: 12, ...patterns });
    base = exported(run, 'gguf', '--weights', 'base', '--type', 'f32');
    adapter = exported(run, 'gguf-lora');
  });

  it('what llama.cpp adds to the base GGUF makes the merged one: every rank, scale and order of rows', () => {
    const [from, lora, merged] = [base, adapter, exported(run, 'gguf', '--type', 'f32')].map((file) => readGguf(file));
    const { metadata } = lora!;
    const facts = ['general.architecture', 'general.type', 'adapter.type'].map((key) => metadata.get(key));
    assert.deepEqual(facts, ['llama', 'adapter', 'lora']);
    const alpha = metadata.get('adapter.lora.alpha') as number;
    const names = [...lora!.tensors.keys()].filter((name) => name.endsWith('.lora_a'));
    assert.equal(names.length, 4 * 7);
    let largest = 0;
    for (const nameA of names) {
      const name = nameA.slice(0, -'.lora_a'.length);
      const [r, width] = lora!.tensors.get(nameA)!.shape as [number, number];
      assert.equal(r, name.includes('attn_q') ? 8 : 4);
      const [a, b] = [floats(lora!, nameA), floats(lora!, `${name}.lora_b`)];
      const [before, after] = [floats(from!, name), floats(merged!, name)];
      for (const [at, value] of after.entries()) {
        const [row, col] = [Math.floor(at / width), at % width];
        let sum = 0;
        for (let i = 0; i < r; i++) sum += b[row * r + i]! * a[i * width + col]!;
        const added = (alpha / r) * sum;
        largest = Math.max(largest, Math.abs(added));
        assert.ok(Math.abs(before[at]! + added - value) < 1e-6, `${name} ${at}`);
      }
    }
    assert.ok(largest > 1e-2, `${largest}: the adapter changes little`);
  });

  it('read by the package gguf: all metadata and tensors', { skip: NO_GGUF_PACKAGE }, () => {
    assertReadByGgufPackage(adapter);
  });

  const module = findLlamaCpp();
  it(
    'in a real llama.cpp on the base GGUF: 64 greedy tokens as here',
    { skip: module === undefined && 'node-llama-cpp is not installed (SFT_LLAMA_CPP names the folder it is in)' },
    async () => {
      const ask = (lora?: string): ReturnType<typeof askLlamaCpp> =>
        askLlamaCpp(
          WORKER,
          { module: module!, model: base, lora, prompts: PROMPTS, maxNewTokens: 64, contextSize: 512, threads: 1 },
          120_000,
        );
      const [tuned, untuned] = [await ask(adapter), await ask()];
      for (const [at, prompt] of PROMPTS.entries()) {
        const args = ['generate', '--model', MODEL, '--raw', '--prompt', prompt, '--max-new-tokens', '64', '--json'];
        const ours = sft([...args, '--adapter', path.join(run, 'adapter')]);
        assert.equal(ours.code, 0, ours.err);
        const { token_ids, stop } = JSON.parse(ours.out) as { token_ids: number[]; stop: string };
        assert.deepEqual(tuned[at]!.tokens, token_ids);
        assert.equal(tuned[at]!.ended, stop === 'stop');
        assert.notDeepEqual(untuned[at]!.tokens, token_ids, 'the adapter changes nothing: this measures nothing');
      }
    },
  );

  it('refuses where there is no adapter', () => {
    const full = train('full', { training_type: 'full', lora_dropout: undefined, learning_rate: 1e-3, max_steps: 2 });
    const refusals: [string[], RegExp][] = [
      [[full], /all weights of the model were trained: there is no adapter - use --to merged/],
      [[run, '--weights', 'base'], /the base model has no adapter/],
    ];
    for (const [args, reason] of refusals) {
      const refused = sft(['export', ...args, '--to', 'gguf-lora', '--out', path.join(folder, 'none.gguf')]);
      assert.equal(refused.code, 2);
      assert.match(refused.err, reason);
    }
  });
});
