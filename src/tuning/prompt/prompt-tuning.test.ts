import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { createCpuDevice } from '../../compute/cpu/cpu-device';
import { parseConfig } from '../../config/parse-config';
import { openModel } from '../../generate/session';
import { readLlamaConfig } from '../../model/llama-config';
import { BaseWeights } from '../../model/weights';
import { createTuning, loadAdapter, startTuning } from '../registry';

const MODEL = 'examples/tiny-llama';
const PEFT = 'test/reference/methods/prompt_tuning/adapter_start';
const device = createCpuDevice({ threads: 1 });
const root = mkdtempSync(path.join(os.tmpdir(), 'sft-prompt-'));
after(() => {
  rmSync(root, { recursive: true });
});

function configOf(values: object): ReturnType<typeof parseConfig> {
  const keys = { model_name: 'm', dataset: 'd', training_type: 'prompt_tuning', ...values };
  return parseConfig(JSON.stringify(keys), path.resolve('sft.config.json'));
}

describe('prompt tuning', async () => {
  const session = await openModel(device, MODEL);
  const cols = session.config.hiddenSize;

  it('starts from the embeddings of a text, repeated or cut', async () => {
    const text = 'You answer kindly.';
    const ids = session.chat.tokenizer.encode(text);
    for (const rows of [2, ids.length, 2 * ids.length + 1]) {
      const config = configOf({ num_virtual_tokens: rows, prompt_tuning_init: 'text', prompt_tuning_init_text: text });
      const { prompt } = await startTuning(session, config);
      assert.deepEqual(prompt?.shape, [rows, cols]);
      const values = await device.readFloats(prompt.value);
      const table = device.alloc('f32', session.config.vocabSize * cols);
      const r = device.begin();
      r.copy(table, session.weights.dense('model.embed_tokens.weight'));
      device.submit(r);
      const embeddings = await device.readFloats(table);
      values.forEach((value, i) => {
        const id = ids[Math.floor(i / cols) % ids.length]!;
        assert.equal(value, embeddings[id * cols + (i % cols)], `row ${Math.floor(i / cols)}`);
      });
    }
  });

  it('starts from the normal distribution, the same for the same seed', async () => {
    const values = async (seed: number): Promise<Float32Array> => {
      const tuning = await startTuning(session, configOf({ num_virtual_tokens: 200, seed }));
      return device.readFloats(tuning.prompt!.value);
    };
    const drawn = await values(1);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
    assert.ok(Math.abs(mean) < 0.05 && Math.abs(variance - 1) < 0.05, `mean ${mean}, variance ${variance}`);
    assert.deepEqual(await values(1), drawn);
    assert.notDeepEqual(await values(2), drawn);
  });
});

describe('the adapter_config.json of a prompt', () => {
  const model = 'test/reference/models/llama3';
  const config = readLlamaConfig(model);
  const target = { device, config, weights: new BaseWeights(device, model, config) };
  const json = JSON.parse(readFileSync(path.join(PEFT, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
  const withJson = (values: object): string => {
    const folder = mkdtempSync(path.join(root, 'adapter-'));
    cpSync(PEFT, folder, { recursive: true });
    writeFileSync(path.join(folder, 'adapter_config.json'), JSON.stringify({ ...json, ...values }));
    return folder;
  };

  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{ num_virtual_tokens: 0 }, 'unsupported-adapter', /num_virtual_tokens is 0/],
    [{ num_virtual_tokens: undefined }, 'unsupported-adapter', /num_virtual_tokens is missing/],
    [{ num_virtual_tokens: 1e9 }, 'unsupported-adapter', /num_virtual_tokens is 1000000000/],
    [{ num_virtual_tokens: 8 }, 'tensors-do-not-fit', /prompt_embeddings/],
    [{ num_transformer_submodules: 2 }, 'unsupported-adapter', /num_transformer_submodules is 2/],
    [{ token_dim: 7 }, 'unsupported-adapter', /token_dim is 7/],
    [{ modules_to_save: ['lm_head'] }, 'unsupported-adapter', /"modules_to_save" is not supported/],
  ];
  for (const [values, code, reason] of cases) {
    it(`refuses ${JSON.stringify(values)}`, () => {
      const folder = withJson(values);
      assert.throws(
        () => loadAdapter(target, folder),
        (error) => error instanceof SftError && error.code === code && reason.test(error.message),
      );
    });
  }

  it('is not taken for an adapter of another training_type, which is named', () => {
    assert.throws(
      () => createTuning(target, { ...configOf({}), training_type: 'lora', adapter: PEFT }),
      (error) =>
        error instanceof SftError &&
        /"PROMPT_TUNING".*training_type "lora"/.test(error.message) &&
        /set training_type to "prompt_tuning"/.test(error.remedy ?? ''),
    );
  });
});
