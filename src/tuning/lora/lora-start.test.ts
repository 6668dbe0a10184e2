import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../../base/random';
import { createCpuDevice } from '../../compute/cpu/cpu-device';
import { readLlamaConfig } from '../../model/llama-config';
import { BaseWeights } from '../../model/weights';
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
  adapter.initialise(() => random.nextFloat());
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
