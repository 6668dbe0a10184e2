import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { writeSafetensors } from '../../src/base/safetensors';
import { locateTensors } from '../../src/base/tensor-folder';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { copyModelFiles } from '../../src/export/companions';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { scoreExamples } from '../../src/model/score';
import { expectedTensors, BaseWeights } from '../../src/model/weights';
import { loadPeftAdapter } from '../../src/tuning/lora/load-peft-adapter';
import { LoraAdapter } from '../../src/tuning/lora/lora-adapter';
import { atLeastOne } from '../at-least-one';
import { loadFixture, sequenceOf } from './fixture';

/** models_multimodal.py: the text model of models/gemma3 within transformers' multimodal class. */
const MODEL = path.resolve('test/reference/multimodal');
const ADAPTER = path.join(MODEL, 'adapter');
const device = createCpuDevice({ threads: 1 });
const alone = loadFixture('gemma3');
const expected = JSON.parse(readFileSync(path.join(MODEL, 'expected.json'), 'utf8')) as Record<
  'base' | 'adapter',
  readonly number[]
>;

async function nllOf(folder: string, adapter?: string): Promise<readonly number[]> {
  const config = readLlamaConfig(folder);
  const weights = new BaseWeights(device, folder, config);
  const target = { device, config, weights };
  const tuning = adapter === undefined ? undefined : loadPeftAdapter(target, adapter);
  const model = new LlamaModel(device, config, weights, tuning);
  const { perExample } = await scoreExamples(model, alone.expected.examples.map(sequenceOf));
  model.free();
  tuning?.free();
  weights.close();
  return perExample.map(({ nll }) => nll);
}

function near(actual: readonly number[], reference: readonly number[]): void {
  assert.equal(actual.length, reference.length);
  for (const [i, nll] of atLeastOne(actual.entries())) {
    const error = Math.abs(nll - reference[i]!) / Math.max(Math.abs(reference[i]!), 1e-6);
    assert.ok(error <= 1e-4, `NLL of example ${i}: ${nll} for ${reference[i]}`);
  }
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-multimodal-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

describe('the text model of a multimodal folder, against transformers and PEFT', () => {
  it('is the model that a folder of it alone has', async () => {
    const { decoderPath, ...config } = readLlamaConfig(MODEL);
    assert.deepEqual({ ...config, decoderPath: 'model' }, readLlamaConfig(alone.model));
    assert.equal(decoderPath, 'model.language_model');
    near(await nllOf(MODEL), expected.base);
    near(await nllOf(MODEL), alone.expected.base.nll);
  });

  it('takes the values that a configuration leaves out from the 4B model', (t) => {
    const folder = scratch(t);
    const text = { hidden_size: 2560, intermediate_size: 10240, num_hidden_layers: 34, sliding_window: 1024 };
    const rope = { rope_scaling: { factor: 8, rope_type: 'linear' } };
    const json = { model_type: 'gemma3', text_config: { model_type: 'gemma3_text', ...text, ...rope } };
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify(json));
    const { vocabSize, heads, kvHeads, headDim, windows, tieWordEmbeddings } = readLlamaConfig(folder);
    assert.deepEqual([vocabSize, heads, kvHeads, headDim, tieWordEmbeddings], [262_208, 8, 4, 256, true]);
    assert.deepEqual(windows.slice(0, 6), [1024, 1024, 1024, 1024, 1024, 0]);
  });

  it('is read under the names of both forms that transformers wrote', async (t) => {
    const folder = scratch(t);
    cpSync(path.join(MODEL, 'config.json'), path.join(folder, 'config.json'));
    const file = path.join(MODEL, 'model.safetensors');
    const bytes = readFileSync(file);
    const tensors = [...expectedTensors(readLlamaConfig(MODEL)).keys()].map((name) => {
      const { shape, byteOffset, byteLength } = locateTensors(MODEL).get(name)!;
      const within = name.replace(/^model\./, 'model.language_model.');
      return {
        name: within,
        dtype: 'F32' as const,
        shape,
        read: () => Promise.resolve(bytes.subarray(byteOffset, byteOffset + byteLength)),
      };
    });
    await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
    near(await nllOf(folder), expected.base);
  });

  it("loads PEFT's adapters, and writes its own for the same matrices", async (t) => {
    near(await nllOf(MODEL, ADAPTER), expected.adapter);
    const config = readLlamaConfig(MODEL);
    const weights = new BaseWeights(device, MODEL, config);
    const target = { device, config, weights };
    const folder = scratch(t);
    const places = { r: 3, lora_alpha: 6, lora_dropout: 0, use_rslora: false };
    const own = new LoraAdapter(target, { ...places, target_modules: ['q_proj', 'down_proj'] });
    own.read(device, ADAPTER);
    await own.write(device, MODEL, folder);
    own.free();
    weights.close();
    const [written, theirs] = [folder, ADAPTER].map((from) =>
      readFileSync(path.join(from, 'adapter_config.json'), 'utf8'),
    );
    const targets = (json: string): unknown => (JSON.parse(json) as Record<string, unknown>)['target_modules'];
    assert.equal(targets(written!), targets(theirs!), 'names alone would mean matrices of the vision part too');
    near(await nllOf(MODEL, folder), expected.adapter);
  });

  it('leaves as a folder of the text model alone', async (t) => {
    const folder = scratch(t);
    await copyModelFiles(MODEL, folder, '');
    const { architecture, decoderPath } = readLlamaConfig(folder);
    assert.deepEqual([architecture, decoderPath], ['Gemma3ForCausalLM', 'model']);
    const text = readFileSync(path.join(folder, 'config.json'), 'utf8');
    assert.match(text, /"factor": 8\.0,/, 'numbers as they were written: some readers want a point in them');
    const json = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual([json['model_type'], json['dtype'], json['vision_config']], ['gemma3_text', 'float32', undefined]);
  });
});
