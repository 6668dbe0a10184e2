import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { atLeastOne } from '../at-least-one';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint';
import { Trainer, type TrainerOptions } from '../../src/train/trainer';
import { LoraAdapter } from '../../src/tuning/lora/lora-adapter';
import { loadFixture, sequenceOf, type ParityFixture, type ParityTrainingSettings } from './fixture';

/** What test/reference/optimizer_8bit.py writes. */
interface Expected {
  readonly settings: ParityTrainingSettings;
  readonly lora: Pick<ConstructorParameters<typeof LoraAdapter>[1], 'r' | 'lora_alpha' | 'target_modules'>;
  /** Example indices of each window. */
  readonly order: readonly (readonly number[])[];
  readonly steps: readonly { readonly loss: number; readonly grad_norm: number }[];
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-8bit-'));
after(() => {
  rmSync(folder, { recursive: true });
});

describe('training with adamw_8bit', () => {
  const device = createCpuDevice({ threads: 2 });
  const ofModel = (name: string): { fixture: ParityFixture; expected: Expected } => {
    const fixture = loadFixture(name);
    const file = path.join(fixture.model, 'expected_8bit.json');
    return { fixture, expected: JSON.parse(readFileSync(file, 'utf8')) as Expected };
  };

  function startTrainer(optim: TrainerOptions['optim'] = 'adamw_8bit', name = 'llama2'): Trainer {
    const { fixture, expected } = ofModel(name);
    const config = readLlamaConfig(fixture.model);
    const weights = new BaseWeights(device, fixture.model, config);
    const adapter = new LoraAdapter(
      { device, config, weights },
      { ...expected.lora, lora_dropout: 0, use_rslora: false },
    );
    const byName = [...adapter.parameters.all()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const [index, { value }] of byName.entries()) device.write(value, startOf(index, value.length));
    const model = new LlamaModel(device, config, weights, adapter);
    const examples = expected.order.flat().map((index) => {
      return { ...sequenceOf(fixture.expected.examples[index]!), place: `example ${index}` };
    });
    const options: TrainerOptions = {
      ...expected.settings,
      optim,
      num_train_epochs: 1,
      per_device_batch_size: expected.order[0]!.length,
      gradient_accumulation_steps: 1,
      warmup_ratio: 0,
      gradient_checkpointing: false,
      shuffle: false,
      seed: 0,
    };
    return new Trainer(device, model, examples, options);
  }

  for (const [name, base] of [
    ['llama2', 'the weights as they are'],
    ['nf4', "bitsandbytes' layers of 4 bits"],
  ] as const) {
    it(`makes ten steps as PyTorch does with AdamW8bit of bitsandbytes, on ${base}`, async () => {
      const trainer = startTrainer('adamw_8bit', name);
      for (const [i, step] of atLeastOne(ofModel(name).expected.steps.entries())) {
        const result = await trainer.trainStep();
        for (const key of ['loss', 'grad_norm'] as const) {
          const error = Math.abs(result[key] - step[key]) / step[key];
          assert.ok(error <= 1e-3, `${key} of step ${i + 1}: ${result[key]}, expected ${step[key]}`);
        }
      }
      const codes = trainer.optimizer.state.find((tensor) => tensor.name === 'exp_avg.codes')!;
      const blocks = trainer.parameters.all().map(({ value }) => Math.ceil(value.length / 256));
      assert.equal(codes.value.length, 256 * blocks.reduce((sum, count) => sum + count, 0));
      trainer.free();
    });
  }

  it('goes on from a checkpoint bit for bit', async () => {
    const whole = startTrainer();
    const place = path.join(folder, 'step-3');
    mkdirSync(place);
    for (let step = 0; step < 3; step++) await whole.trainStep();
    const state = { step: 3, best: null, evaluations_without_gain: 0 };
    await writeCheckpoint(device, whole, state, 'base', place);
    const resumed = startTrainer();
    readCheckpoint(device, resumed, place);
    for (let step = 0; step < 3; step++) {
      assert.deepEqual(await resumed.trainStep(), await whole.trainStep(), `step ${step + 4}`);
    }
    for (const [i, tensor] of atLeastOne(whole.optimizer.state.entries())) {
      const other = resumed.optimizer.state[i]!;
      const read = async (value: typeof other.value): Promise<number[]> =>
        Array.from(value.dtype === 'u8' ? await device.readBytes(value) : await device.readFloats(value));
      assert.deepEqual(await read(other.value), await read(tensor.value), tensor.name);
    }
    whole.free();
    resumed.free();
  });

  it('does not go on from a checkpoint of the other optimizer', async () => {
    const eight = startTrainer();
    const place = path.join(folder, 'step-1');
    mkdirSync(place);
    await eight.trainStep();
    await writeCheckpoint(device, eight, { step: 1, best: null, evaluations_without_gain: 0 }, 'base', place);
    const exact = startTrainer('adamw');
    assert.throws(() => readCheckpoint(device, exact, place), /exp_avg/);
    eight.free();
    exact.free();
  });
});

/** As in the script. */
function startOf(index: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (((i * 7919 + index * 104729) % 1000) / 1000 - 0.5) / 4);
}
