import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { KvCache } from '../../src/model/cached-pass';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import { otherBaseModel } from '../../src/tuning/adapter-config';
import { loadAdapter } from '../../src/tuning/registry';
import { atLeastOne } from '../at-least-one';
import { temporaryFolder } from '../cli/sft';

const FOLDER = 'test/reference/adapters';
const BASE = 'test/reference/models/llama3';
const { ids, plain, logits, refused } = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as {
  ids: readonly number[];
  plain: readonly number[];
  logits: Readonly<Record<string, readonly number[]>>;
  refused: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const device = createCpuDevice({ threads: 1 });
const config = readLlamaConfig(BASE);
const weights = new BaseWeights(device, BASE, config);
const target = { device, config, weights };

async function checkLogits(model: LlamaModel, expected: readonly number[]): Promise<void> {
  const cache = new KvCache(device, config, ids.length);
  const computed = await cache.append(model, [{ sequence: cache.open(ids.length)!, ids }]);
  assert.equal(computed.length, expected.length);
  expected.forEach((value, token) => {
    assert.ok(Math.abs(computed[token]! - value) <= 1e-4 * Math.max(1, Math.abs(value)), `logit ${token}`);
  });
  cache.free();
}

const root = temporaryFolder();
let made = 0;
/** An adapter with weights that would fit, and this configuration. */
function adapterWith(json: Readonly<Record<string, unknown>>): string {
  const folder = path.join(root, String(made++));
  mkdirSync(folder);
  cpSync(`${FOLDER}/gaussian`, folder, { recursive: true });
  writeFileSync(path.join(folder, 'adapter_config.json'), JSON.stringify(json));
  return folder;
}
const usual = JSON.parse(readFileSync(`${FOLDER}/gaussian/adapter_config.json`, 'utf8')) as Record<string, unknown>;

function isRefused(json: Readonly<Record<string, unknown>>, reason: RegExp, code = 'unsupported-adapter'): void {
  const folder = adapterWith(json);
  assert.throws(
    () => loadAdapter(target, folder),
    (error) => {
      assert.ok(error instanceof SftError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, reason);
      assert.ok(error.remedy !== undefined && error.file?.startsWith(folder) === true);
      return true;
    },
  );
}

describe('adapter_config.json', () => {
  it('the base model alone is as PyTorch has it', () => checkLogits(new LlamaModel(device, config, weights), plain));

  for (const [name, expected] of atLeastOne(Object.entries(logits))) {
    it(`${name}: PEFT's numbers`, async () => {
      const tuning = loadAdapter(target, path.join(FOLDER, name));
      await checkLogits(new LlamaModel(device, config, weights, tuning), expected);
    });

    it(`${name}: written as it was read`, async () => {
      const folder = path.join(root, `again-${name}`);
      mkdirSync(folder);
      await loadAdapter(target, path.join(FOLDER, name)).write(device, 'tiny-random/llama3', folder);
      await checkLogits(new LlamaModel(device, config, weights, loadAdapter(target, folder)), expected);
    });
  }

  it('every case has its folder', () => {
    assert.deepEqual(readdirSync(FOLDER).sort(), [...Object.keys(logits), 'expected.json'].sort());
  });

  for (const [name, json] of atLeastOne(Object.entries(refused))) {
    it(`${name}: refused by name`, () => {
      isRefused(
        json,
        new RegExp(name.startsWith('pissa') || name === 'olora' || name === 'mica' ? 'init_lora_weights' : name),
      );
    });
  }

  const changes: readonly (readonly [Record<string, unknown>, RegExp, string?])[] = [
    [{ init_lora_weights: 'loftq', loftq_config: { loftq_bits: 4 } }, /init_lora_weights "loftq"/],
    [{ init_lora_weights: 'corda' }, /init_lora_weights "corda"/],
    [{ init_lora_weights: 'lora_ga' }, /init_lora_weights "lora_ga"/],
    [{ target_parameters: ['mlp.experts'] }, /target_parameters/],
    [{ use_qalora: true }, /use_qalora/],
    [{ a_new_key: { x: 1 } }, /"a_new_key" is not known/],
    [{ r: 1e9 }, /rank 2, adapter_config\.json says 1000000000/, 'tensors-do-not-fit'],
    [{ r: 3 }, /rank 2, adapter_config\.json says 3/, 'tensors-do-not-fit'],
    [{ r: 2.5 }, /r is 2\.5/],
    [{ r: null }, /r is null/],
    [{ lora_alpha: Infinity }, /lora_alpha is null/],
    [{ lora_dropout: 'x' }, /lora_dropout is "x"/],
    [{ lora_dropout: 1 }, /lora_dropout is 1/],
    [{ use_rslora: 'false' }, /use_rslora is "false"/],
    [{ target_modules: null }, /target_modules is null/],
    [{ target_modules: 7 }, /target_modules is 7/],
    [{ target_modules: ['c_attn'] }, /names no projection/],
    [{ target_modules: '(' }, /expressions cannot be used/],
    [{ target_modules: '(.*.*)*x' }, /takes too long|names no projection/],
    [{ rank_pattern: { q_proj: 'x' } }, /rank_pattern/],
    [{ alpha_pattern: [1] }, /alpha_pattern/],
    [{ layers_to_transform: ['0'] }, /layers_to_transform/],
    [{ layers_to_transform: [0], layers_pattern: 'h' }, /layers_pattern/],
    [{ layers_to_transform: [0] }, /has no place in the model/, 'tensors-do-not-fit'],
  ];
  for (const [change, reason, code] of changes) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      isRefused({ ...usual, ...change }, reason, code);
    });
  }

  it('an infinite lora_alpha is refused as it is written', () => {
    const folder = adapterWith(usual);
    const text = JSON.stringify(usual).replace('"lora_alpha":6', '"lora_alpha":1e999');
    writeFileSync(path.join(folder, 'adapter_config.json'), text);
    assert.throws(
      () => loadAdapter(target, folder),
      (error) => error instanceof SftError && /lora_alpha is Infinity/.test(error.message),
    );
  });

  it('a base model of another name is told', () => {
    const folder = adapterWith({ ...usual, base_model_name_or_path: 'meta-llama/Llama-3.2-1B' });
    assert.match(otherBaseModel(folder, '/models/SmolLM2-135M') ?? '', /Llama-3\.2-1B.*SmolLM2-135M/);
    for (const same of [
      '/models/Llama-3.2-1B',
      'C:\\models\\llama-3.2-1b\\',
      '/cache/models--meta-llama--Llama-3.2-1B/snapshots/0123abc',
    ]) {
      assert.equal(otherBaseModel(folder, same), undefined, same);
    }
    assert.equal(otherBaseModel(adapterWith({ ...usual, base_model_name_or_path: null }), '/models/x'), undefined);
  });
});
