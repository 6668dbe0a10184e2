import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { createRandom } from '../../base/random';
import { createCpuDevice } from '../../compute/cpu/cpu-device';
import { readLlamaConfig } from '../../model/llama-config';
import { LlamaModel } from '../../model/llama';
import { scoreExamples } from '../../model/score';
import { BaseWeights } from '../../model/weights';
import { loadPeftAdapter } from './load-peft-adapter';
import { LoraAdapter } from './lora-adapter';

const device = createCpuDevice({ threads: 1 });
const model = readLlamaConfig('examples/tiny-llama');
const weights = new BaseWeights(device, 'examples/tiny-llama', model);
const R = 8;

/** Of every A together, in units of its deviation: the mean of x², and the shares within one and two deviations. */
async function startOf(init: true | 'gaussian'): Promise<{ square: number; one: number; two: number; b: number }> {
  const config = { r: R, lora_alpha: 8, lora_dropout: 0, use_rslora: false, target_modules: ['q_proj', 'down_proj'] };
  const adapter = new LoraAdapter({ device, config: model, weights }, { ...config, init_lora_weights: init });
  const random = createRandom(5);
  await adapter.initialise(() => random.nextFloat());
  const values: number[] = [];
  let b = 0;
  for (const { name, shape, value } of adapter.parameters.all()) {
    const read = await device.readFloats(value);
    if (name.endsWith('.lora_B.weight')) b = read.reduce((most, x) => Math.max(most, Math.abs(x)), b);
    else for (const x of read) values.push(x * (init === true ? Math.sqrt(3 * shape[1]!) : R));
  }
  const share = (limit: number): number => values.filter((x) => Math.abs(x) < limit).length / values.length;
  return { square: values.reduce((sum, x) => sum + x * x, 0) / values.length, one: share(1), two: share(2), b };
}

function about(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 0.03, `${actual} for ${expected}`);
}

describe('how a fresh adapter starts', () => {
  it('true: A uniform with the bound 1 / sqrt(in), B zero', async () => {
    const { square, one, two, b } = await startOf(true);
    about(square, 1);
    about(one, 1 / Math.sqrt(3));
    about(two, 1);
    assert.equal(b, 0);
  });

  it('gaussian: A normal with the deviation 1 / r, B zero', async () => {
    const { square, one, two, b } = await startOf('gaussian');
    about(square, 1);
    about(one, 0.683);
    about(two, 0.954);
    assert.equal(b, 0);
  });
});

describe('a start from the weights themselves', () => {
  const CONFIG = { r: R, lora_alpha: 8, lora_dropout: 0, use_rslora: false, target_modules: ['q_proj', 'down_proj'] };
  const isRefused = (make: () => LoraAdapter, code: string, reason: RegExp): void => {
    assert.throws(make, (error) => error instanceof SftError && error.code === code && reason.test(error.message));
  };

  it('PiSSA: no more directions than a matrix has', () => {
    const most = Math.min(model.hiddenSize, model.intermediateSize);
    const config = { ...CONFIG, init_lora_weights: 'pissa', rank_pattern: { down_proj: most + 1 } };
    const reason = new RegExp(`lora_r is ${most + 1}, and down_proj has ${most} directions`);
    isRefused(() => new LoraAdapter({ device, config: model, weights }, config), 'config', reason);
  });

  it('LoftQ: not where the folder has 4 bits alone', () => {
    const folder = 'test/reference/models/nf4_plain';
    const quantised = readLlamaConfig(folder);
    const options = { in4bit: { doubleQuant: false } };
    const target = { device, config: quantised, weights: new BaseWeights(device, folder, quantised, options) };
    const config = { ...CONFIG, r: 2, init_lora_weights: 'loftq' };
    isRefused(
      () => new LoraAdapter(target, config),
      'quantised-weights',
      /model\.layers\.0\.self_attn\.q_proj\.weight/,
    );
  });

  it('PiSSA: the model begins as the base, and what it learns is saved as plain LoRA', async () => {
    const target = { device, config: model, weights };
    const started = new LoraAdapter(target, { ...CONFIG, init_lora_weights: 'pissa' });
    const random = createRandom(5);
    await started.initialise(() => random.nextFloat());
    const scored = async (tuning?: LoraAdapter): Promise<number> => {
      const tuned = new LlamaModel(device, model, weights, tuning);
      const { perExample } = await scoreExamples(tuned, [
        { ids: [5, 9, 100, 40, 7, 300], trained: [{ from: 1, to: 6 }] },
      ]);
      tuned.free();
      return perExample[0]!.nll;
    };
    const base = await scored();
    assert.ok(Math.abs((await scored(started)) / base - 1) < 1e-5);
    const { value } = started.parameters.get('base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight');
    device.write(
      value,
      (await device.readFloats(value)).map((x) => 3 * x),
    );
    const learnt = await scored(started);
    assert.ok(Math.abs(learnt / base - 1) > 1e-3);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-start-'));
    await started.write(device, 'base', folder);
    const saved = loadPeftAdapter(target, folder);
    assert.equal(saved.config.r, 2 * R);
    assert.ok(Math.abs((await scored(saved)) / learnt - 1) < 1e-5);
    rmSync(folder, { recursive: true });
  });
});
