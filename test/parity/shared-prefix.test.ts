import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { atLeastOne } from '../at-least-one';
import { createRandom } from '../../src/base/random';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import type { Device } from '../../src/compute/device';
import { pairAt } from '../../src/compute/pairs';
import type { TokenSequence } from '../../src/model/batch';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { scoreExamples } from '../../src/model/score';
import { BaseWeights } from '../../src/model/weights';
import { planWindow, trainWindow } from '../../src/model/window-pass';
import { FullTuning } from '../../src/tuning/full/full-method';
import { LoraAdapter } from '../../src/tuning/lora/lora-adapter';
import { loadPeftAdapter } from '../../src/tuning/lora/load-peft-adapter';
import { Trainer } from '../../src/train/trainer';
import { PLAIN_TRAINING } from '../plain-training';
import { fixtureNames, loadFixture, sequenceOf, type ParityFixture } from './fixture';

const apart = createCpuDevice({ threads: 2, traits: { sharedTokens: Infinity } });
/** All in one pass, the beginning in it; and two examples a pass, behind a beginning that is held. */
const SHARING: readonly [how: string, device: Device][] = [
  ['in one pass', createCpuDevice({ threads: 2, traits: { tokensPerPass: 10_000 } })],
  ['held for several passes', createCpuDevice({ threads: 2, traits: { tokensPerPass: 60 } })],
];

/** As long as several blocks of rows, and no multiple of any. */
const BEGINNING = 37;

/** The examples of a fixture behind one beginning, none of it trained. */
function behindOneBeginning({ expected }: ParityFixture, vocabulary: number, more = 0): TokenSequence[] {
  const random = createRandom(3);
  const beginning = Array.from({ length: BEGINNING }, () => random.below(vocabulary));
  return expected.examples.slice(2, 9).map((example, index) => {
    const { ids, trained } = sequenceOf(example);
    const after = Array.from({ length: more * index }, () => random.below(vocabulary));
    const behind = trained.map(({ from, to }) => ({ from: from + BEGINNING, to: to + BEGINNING }));
    return { ids: [...beginning, ...Array.from(ids), ...after], trained: behind };
  });
}

interface Passed {
  readonly nll: readonly number[];
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly held: boolean;
  readonly shared: number;
}

async function pass(
  device: Device,
  fixture: ParityFixture,
  full: boolean,
  { checkpointing = false, more = 0 } = {},
): Promise<Passed> {
  const config = readLlamaConfig(fixture.model);
  const weights = new BaseWeights(device, fixture.model, config);
  const tuning = full ? new FullTuning(device, weights) : loadPeftAdapter({ device, config, weights }, fixture.adapter);
  const model = new LlamaModel(device, config, weights, tuning);
  const examples = behindOneBeginning(fixture, config.vocabSize, more);
  const plan = planWindow(model, examples);
  const sums = device.alloc('f32', 2 * examples.length);
  const r = device.begin();
  r.fill(tuning.parameters.gradients, 0);
  const options = { gradScale: 1 / 50, dropout: { seed: 3, pass: 0 }, gradientCheckpointing: checkpointing };
  Array.from(trainWindow(r, model, plan, sums, options));
  device.submit(r);
  const pairs = await device.readFloats(sums);
  const gradients = new Map<string, Float32Array>();
  for (const { name, gradient } of tuning.parameters.all()) gradients.set(name, await device.readFloats(gradient));
  device.free(sums);
  model.free();
  tuning.free();
  return {
    nll: examples.map((example) => pairAt(pairs, 2 * plan.groups.flat().indexOf(example))),
    gradients,
    held: plan.prefix.held,
    shared: plan.prefix.length,
  };
}

function largest(values: Float32Array): number {
  return values.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
}

/** Of the same examples: the NLL of each, and every gradient relative to its tensor's largest. */
function assertAlike(actual: Passed, expected: Passed): void {
  atLeastOne(expected.nll).forEach((nll, i) => {
    assert.ok(Math.abs(actual.nll[i]! - nll) <= 1e-5 * Math.max(1, nll), `NLL of ${i}: ${actual.nll[i]}, ${nll} apart`);
  });
  for (const [name, values] of atLeastOne(expected.gradients)) {
    const scale = largest(values);
    assert.ok(scale > 0, name);
    actual.gradients.get(name)!.forEach((value, i) => {
      assert.ok(Math.abs(value - values[i]!) <= 2e-5 * scale, `${name}[${i}]: ${value}, ${values[i]} apart`);
    });
  }
}

for (const name of atLeastOne(fixtureNames())) {
  describe(`${name}: a beginning that the examples of an update share`, () => {
    const fixture = loadFixture(name);
    for (const [how, device] of SHARING) {
      it(`${how}: the same NLL and gradients as computed for each`, async () => {
        const expected = await pass(apart, fixture, false);
        const actual = await pass(device, fixture, false);
        assert.equal(expected.shared, 0);
        // The row that predicts the first target is an example's own, and some train their first token.
        assert.equal(actual.shared, BEGINNING - 1);
        assert.equal(actual.held, how !== 'in one pass');
        assertAlike(actual, expected);
        const again = await pass(device, fixture, false, { checkpointing: true });
        assert.deepEqual(again, actual, 'gradient checkpointing gives the same bits');
      });
    }
  });
}

describe('a shared beginning', () => {
  const fixture = loadFixture('smollm2');
  const config = readLlamaConfig(fixture.model);

  it('the same where each pass has longer examples than those before it', async () => {
    const expected = await pass(apart, fixture, false, { more: 80 });
    for (const [, device] of SHARING) assertAlike(await pass(device, fixture, false, { more: 80 }), expected);
  });

  it('full fine-tuning: the same gradients, those of the embedding among them', async () => {
    const expected = await pass(apart, fixture, true);
    for (const [, device] of SHARING) assertAlike(await pass(device, fixture, true), expected);
  });

  it('scores: the same NLL, whether in one pass or several', async () => {
    const examples = behindOneBeginning(fixture, config.vocabSize);
    const scored = async (device: Device): Promise<number[]> => {
      const model = new LlamaModel(device, config, new BaseWeights(device, fixture.model, config));
      after(() => {
        model.free();
      });
      return (await scoreExamples(model, examples)).perExample.map(({ nll }) => nll);
    };
    const expected = await scored(apart);
    for (const [how, device] of SHARING) {
      atLeastOne(await scored(device)).forEach((nll, i) => {
        assert.ok(Math.abs(nll - expected[i]!) <= 1e-5 * expected[i]!, `${how}, ${i}: ${nll}, ${expected[i]} apart`);
      });
    }
  });

  it('ten steps end with the same losses to 1e-5', async () => {
    const train = async (device: Device): Promise<number[]> => {
      const weights = new BaseWeights(device, fixture.model, config);
      const tuning = loadPeftAdapter({ device, config, weights }, fixture.adapterStart);
      const model = new LlamaModel(device, config, weights, tuning);
      const examples = behindOneBeginning(fixture, config.vocabSize).map((e, i) => ({ ...e, place: `example ${i}` }));
      const trainer = new Trainer(device, model, examples, {
        ...PLAIN_TRAINING,
        max_steps: 10,
        per_device_batch_size: 7,
      });
      const losses: number[] = [];
      for (let i = 0; i < 10; i++) losses.push((await trainer.trainStep()).loss);
      trainer.free();
      model.free();
      return losses;
    };
    const expected = await train(apart);
    assert.ok(expected[9]! < expected[0]!);
    for (const [how, device] of SHARING) {
      atLeastOne(await train(device)).forEach((loss, i) => {
        assert.ok(
          Math.abs(loss - expected[i]!) <= 1e-5 * expected[i]!,
          `${how}, step ${i}: ${loss}, ${expected[i]} apart`,
        );
      });
    }
  });

  it('examples that draw dropout masks share nothing', () => {
    const device = SHARING[0]![1];
    const weights = new BaseWeights(device, fixture.model, config);
    const dropping = { r: 4, lora_alpha: 8, lora_dropout: 0.1, use_rslora: false, target_modules: ['v_proj'] as const };
    const model = new LlamaModel(device, config, weights, new LoraAdapter({ device, config, weights }, dropping));
    assert.equal(planWindow(model, behindOneBeginning(fixture, config.vocabSize)).prefix.length, 0);
  });
});
