import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { openDevice } from '../../src/compute/registry';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import { Trainer } from '../../src/train/trainer';
import { loadPeftAdapter } from '../../src/tuning/lora/load-peft-adapter';
import { atLeastOne } from '../at-least-one';
import { checkGreedy, checkLogits, checkNll, checkTraining } from './checks';
import { loadFixture, sequenceOf, type ParityFixture } from './fixture';
import { PLAIN_TRAINING } from '../plain-training';

/** Holds a device against transformers and PEFT, by the fixtures of these names, and against the processor. */
export function describeTraining(kind: string, names: readonly string[], skip: string | false = false): void {
  let device: Device;
  before(async () => {
    device = await openDevice(kind);
  });

  for (const name of atLeastOne(names)) {
    void describe(`${kind}: ${name} against transformers and PEFT`, { skip }, () => {
      const fixture = loadFixture(name);
      const { expected } = fixture;
      const config = readLlamaConfig(fixture.model);
      let weights: BaseWeights;
      let model: LlamaModel;
      before(() => {
        weights = new BaseWeights(device, fixture.model, config);
        const adapter = loadPeftAdapter({ device, config, weights }, fixture.adapter);
        model = new LlamaModel(device, config, weights, adapter);
      });
      after(() => {
        model.free();
      });

      void it('NLL of every example within 1e-4', () => checkNll(model, fixture, expected.adapter));
      void it('logits of the last positions', () => checkLogits(device, model, fixture, expected.adapter));
      void it('greedy continuations are equal', () => checkGreedy(model, fixture, expected.adapter));
      void it('ten LoRA steps: loss and gradient norm within 1e-3, every adapter weight within 1e-4', () =>
        checkTraining(device, fixture, expected.adapter_training, false));
      if (expected.full_training !== undefined) {
        const training = expected.full_training;
        void it('full fine-tuning steps', () => checkTraining(device, fixture, training, true));
      }
    });
  }

  void describe(`${kind} against cpu`, { skip }, () => {
    for (const optim of ['adamw', 'adamw_8bit'] as const) {
      void it(`ten steps over weights in 4 bits, ${optim}: loss and gradient norm within 1e-4`, async () => {
        const fixture = loadFixture('llama32');
        const [got, expected] = [
          await inFourBits(device, fixture, optim),
          await inFourBits(await openDevice('cpu'), fixture, optim),
        ];
        for (const [i, step] of atLeastOne(expected.entries())) {
          near(got[i]!.loss, step.loss, `loss of step ${i + 1}`);
          near(got[i]!.grad_norm, step.grad_norm, `gradient norm of step ${i + 1}`);
        }
      });
    }
  });
}

/**
 * Ten steps of LoRA over the model in 4 bits, with scales in 8 bits. Some gradients here are 0 but for rounding, of 1e-9 or less: with the usual
 * epsilon each would move its weight by most of the rate, wherever rounding points.
 */
async function inFourBits(
  on: Device,
  { model: folder, adapterStart, expected }: ParityFixture,
  optim: 'adamw' | 'adamw_8bit',
) {
  const config = readLlamaConfig(folder);
  const weights = new BaseWeights(on, folder, config, { in4bit: { doubleQuant: true } });
  const model = new LlamaModel(on, config, weights, loadPeftAdapter({ device: on, config, weights }, adapterStart));
  const examples = expected.examples.map((example, i) => ({ ...sequenceOf(example), place: `example ${i}` }));
  const trainer = new Trainer(on, model, examples, {
    ...PLAIN_TRAINING,
    optim,
    adam_epsilon: 1e-6,
    max_steps: 10,
    per_device_batch_size: 2,
  });
  const steps = [];
  for (let step = 0; step < 10; step++) steps.push(await trainer.trainStep());
  trainer.free();
  model.free();
  return steps;
}

function near(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-4 * Math.abs(expected), `${what}: ${actual} for ${expected}`);
}
