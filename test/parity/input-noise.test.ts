import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import type { Device } from '../../src/compute/device';
import { pairAt } from '../../src/compute/pairs';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import { planWindow, trainWindow } from '../../src/model/window-pass';
import { loadPeftAdapter } from '../../src/tuning/lora/load-peft-adapter';
import { atLeastOne } from '../at-least-one';
import { loadFixture, sequenceOf } from './fixture';

const fixture = loadFixture('llama3');
const config = readLlamaConfig(fixture.model);
/** Behind tokens that all begin with, so that there is something to share. */
const BEGINNING = Array.from({ length: 20 }, (_, i) => i + 1);
const window = fixture.expected.examples.slice(2, 9).map((example, draw) => {
  const { ids, trained } = sequenceOf(example);
  const moved = trained.map(({ from, to }) => ({ from: from + BEGINNING.length, to: to + BEGINNING.length }));
  return { ids: [...BEGINNING, ...Array.from(ids)], trained: moved, draw };
});

interface Passed {
  readonly nll: readonly number[];
  readonly shared: number;
  readonly passes: number;
}

async function pass(device: Device, alpha: number, seed = 5): Promise<Passed> {
  const weights = new BaseWeights(device, fixture.model, config);
  const tuning = loadPeftAdapter({ device, config, weights }, fixture.adapter);
  const model = new LlamaModel(device, config, weights, tuning);
  const plan = planWindow(model, window, alpha > 0);
  const sums = device.alloc('f32', 2 * window.length);
  const r = device.begin();
  r.fill(tuning.parameters.gradients, 0);
  const noise = alpha > 0 ? { alpha, seed } : undefined;
  const options = { gradScale: 1, dropout: { seed, pass: 0 }, gradientCheckpointing: false, noise };
  Array.from(trainWindow(r, model, plan, sums, options));
  device.submit(r);
  const pairs = await device.readFloats(sums);
  const places = plan.groups.flat();
  const nll = window.map((sequence) => pairAt(pairs, 2 * places.indexOf(sequence)));
  return { nll, shared: plan.prefix.length, passes: plan.groups.length };
}

describe('noise on the input', () => {
  const wide = createCpuDevice({ threads: 1, traits: { tokensPerPass: 10_000 } });
  const narrow = createCpuDevice({ threads: 1, traits: { tokensPerPass: 60 } });

  it('is the same for each example however the window is cut into passes, and is shared by none', async () => {
    const [whole, cut] = [await pass(wide, 10), await pass(narrow, 10)];
    assert.ok(whole.passes === 1 && cut.passes > 1);
    assert.deepEqual([whole.shared, cut.shared], [0, 0]);
    atLeastOne(whole.nll).forEach((nll, i) => {
      assert.ok(Math.abs(nll - cut.nll[i]!) < 1e-5 * nll, `example ${i}: ${nll} and ${cut.nll[i]}`);
    });
  });

  it('is another one for another seed, and grows with alpha', async () => {
    const without = await pass(wide, 0);
    assert.ok(without.shared > 0);
    const moved = async (alpha: number, seed?: number): Promise<number> => {
      const { nll } = await pass(wide, alpha, seed);
      return nll.reduce((sum, value, i) => sum + Math.abs(value - without.nll[i]!), 0);
    };
    const [weak, strong, other] = [await moved(0.1), await moved(1), await moved(1, 6)];
    assert.ok(weak > 1e-3 && strong > 2 * weak, `moved by ${weak} and ${strong}`);
    assert.notEqual(strong, other);
  });
});
