import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { loraStart } from '../../src/config/lora-start';
import { parseConfig } from '../../src/config/parse-config';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { scoreExamples } from '../../src/model/score';
import type { Tuning } from '../../src/model/tuning';
import { weightOptions } from '../../src/model/weight-options';
import { BaseWeights } from '../../src/model/weights';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint';
import { Trainer } from '../../src/train/trainer';
import type { TuningTarget } from '../../src/tuning/method';
import { createTuning, loadAdapter, startTuning } from '../../src/tuning/registry';
import { atLeastOne } from '../at-least-one';
import { temporaryFolder } from '../cli/sft';
import { answerOfPython } from '../run-python';
import { loadFixture, sequenceOf, type ParityExample, type ParityStep, type ParityTrainingSettings } from './fixture';

/** As test/reference/methods.py writes it. */
interface Expected {
  readonly model: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly settings: ParityTrainingSettings;
  readonly steps: readonly ParityStep[];
  /** Of each example, after the last step. */
  readonly nll: readonly number[];
}

const FOLDER = 'test/reference/methods';
const PYTHON = process.env['SFT_PYTHON'];
const root = temporaryFolder();
const device = createCpuDevice({ threads: 1 });

function near(actual: number, expected: number, relative: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-6);
  assert.ok(error <= relative, `${what}: ${actual} for ${expected}, off by ${error.toExponential(2)}`);
}

async function checkNll(
  target: TuningTarget,
  tuning: Tuning,
  examples: readonly ParityExample[],
  nll: readonly number[],
): Promise<void> {
  const model = new LlamaModel(device, target.config, target.weights, tuning);
  const { perExample } = await scoreExamples(model, examples.map(sequenceOf));
  assert.equal(perExample.length, nll.length);
  atLeastOne(perExample).forEach((example, i) => {
    near(example.nll, nll[i]!, 1e-4, `NLL of example ${i}`);
  });
  model.free();
}

/** B A of each pair of a folder, without what is taken away for it: signs and turns of the vectors are free. */
async function productsIn(tuning: Tuning, halved: boolean): Promise<Map<string, Float64Array>> {
  const products = new Map<string, Float64Array>();
  for (const { name, shape, value } of tuning.parameters.all().filter((one) => one.name.endsWith('.lora_A.weight'))) {
    const second = tuning.parameters.get(name.replace('lora_A', 'lora_B'));
    const [a, b] = [await device.readFloats(value), await device.readFloats(second.value)];
    const [rank, cols] = shape as readonly [number, number];
    const rows = second.shape[0]!;
    const product = new Float64Array(rows * cols);
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < (halved ? rank / 2 : rank); k++)
        for (let j = 0; j < cols; j++) product[i * cols + j]! += b[i * rank + k]! * a[k * cols + j]!;
    products.set(name, product);
  }
  return products;
}

function configJson(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(folder, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
}

for (const name of atLeastOne(readdirSync(FOLDER).sort())) {
  describe(`${name} against PEFT`, () => {
    const folder = path.join(FOLDER, name);
    const expected = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as Expected;
    const { model: modelName, keys, settings, steps, nll } = expected;
    const fixture = loadFixture(modelName);
    const {
      examples,
      adapter_training: { order },
    } = fixture.expected;
    const config = readLlamaConfig(fixture.model);
    const resolved = parseConfig(
      JSON.stringify({ model_name: 'm', dataset: 'd', ...keys }),
      path.resolve('sft.config.json'),
    );
    const target = { device, config, weights: new BaseWeights(device, fixture.model, config, weightOptions(resolved)) };
    const start = path.join(folder, 'adapter_start');
    const takesOut = loraStart(resolved.init_lora_weights)?.kind === 'pissa';
    // What PiSSA has saved is plain LoRA; it goes on as PiSSA where it is read into one.
    const startAsTrained = (): Tuning => {
      if (!takesOut) return loadAdapter(target, start);
      const tuning = createTuning(target, resolved);
      tuning.read(device, start);
      return tuning;
    };
    const written = path.join(root, name);

    it('the configuration makes an adapter of the same tensors, and the same adapter_config.json', async () => {
      const made = createTuning(target, resolved);
      const described = ({ parameters }: Tuning): string[] =>
        parameters.all().map(({ name: tensor, shape, decay }) => `${tensor} [${shape.join(', ')}] ${decay}`);
      const fresh = path.join(root, `${name}-fresh`);
      mkdirSync(fresh);
      await made.write(device, `tiny-random/${modelName}`, fresh);
      assert.deepEqual(described(takesOut ? loadAdapter(target, fresh) : made), described(loadAdapter(target, start)));
      const [ours, peft] = [configJson(fresh), configJson(start)];
      if (Array.isArray(ours['target_modules'])) ours['target_modules'] = ours['target_modules'].toSorted();
      // PEFT names each matrix of each layer there; the tensors say which.
      if (keys['target_modules'] === 'all-linear') delete ours['target_modules'];
      assert.deepEqual(ours, Object.fromEntries(Object.entries(peft).filter(([key]) => key in ours)));
    });

    // Of matrices without a tail two sketches are far apart; what they leave is held in src/tuning/low-rank.
    if (['pissa', 'loftq'].some((exact) => resolved.init_lora_weights === exact)) {
      it("starts from what PEFT's decomposition finds", async () => {
        const own = path.join(root, `${name}-own`);
        mkdirSync(own);
        const started = await startTuning(target, resolved);
        await started.write(device, `tiny-random/${modelName}`, own);
        const [ours, theirs] = [
          await productsIn(loadAdapter(target, own), takesOut),
          await productsIn(loadAdapter(target, start), takesOut),
        ];
        for (const [tensor, product] of atLeastOne(theirs)) {
          const found = ours.get(tensor)!;
          const apart = Math.sqrt(product.reduce((sum, value, i) => sum + (value - found[i]!) ** 2, 0));
          const length = Math.sqrt(product.reduce((sum, value) => sum + value ** 2, 0));
          assert.ok(length > 0.01 && apart <= 1e-4 * length, `${tensor}: ${apart} apart of ${length}`);
        }
        started.free();
      });
    }

    const training = (): { trainer: Trainer; model: LlamaModel; tuning: Tuning } => {
      const tuning = startAsTrained();
      const model = new LlamaModel(device, config, target.weights, tuning);
      const rows = order.flat(2).map((index) => ({ ...sequenceOf(examples[index]!), place: `example ${index}` }));
      const trainer = new Trainer(device, model, rows, {
        ...settings,
        num_train_epochs: 1,
        per_device_batch_size: order[0]![0]!.length,
        gradient_accumulation_steps: order[0]!.length,
        warmup_ratio: 0,
        loraplus_lr_ratio: resolved.loraplus_lr_ratio,
        optim: 'adamw',
        gradient_checkpointing: false,
        shuffle: false,
        neftune_noise_alpha: resolved.neftune_noise_alpha,
        seed: 0,
      });
      return { trainer, model, tuning };
    };

    it('ten steps: loss, gradient norm and every weight within 1e-3', async () => {
      const { trainer, model, tuning } = training();
      for (const [i, step] of atLeastOne(steps.entries())) {
        const result = await trainer.trainStep();
        near(result.loss, step.loss, 1e-3, `loss of step ${i + 1}`);
        near(result.grad_norm, step.grad_norm, 1e-3, `gradient norm of step ${i + 1}`);
      }
      mkdirSync(written);
      await tuning.write(device, `tiny-random/${modelName}`, written);
      const [ours, end] = [written, path.join(folder, 'adapter_end')].map((saved) => loadAdapter(target, saved));
      for (const parameter of atLeastOne(ours!.parameters.all())) {
        const theirs = await device.readFloats(end!.parameters.get(parameter.name).value);
        (await device.readFloats(parameter.value)).forEach((value, at) => {
          const error = Math.abs(value - theirs[at]!);
          assert.ok(error <= 1e-3, `${parameter.name}[${at}]: ${value} for ${theirs[at]}`);
        });
      }
      trainer.free();
      model.free();
    });

    it('resumed in the middle it ends with the same bytes', async () => {
      const middle = path.join(root, `${name}-middle`);
      mkdirSync(middle);
      const [first, second] = [training(), training()];
      for (let step = 0; step < 4; step++) await first.trainer.trainStep();
      const state = { step: 4, best: null, evaluations_without_gain: 0 };
      await writeCheckpoint(device, first.trainer, state, `tiny-random/${modelName}`, middle);
      readCheckpoint(device, second.trainer, middle);
      while (second.trainer.step < second.trainer.totalSteps) await second.trainer.trainStep();
      const resumed = path.join(root, `${name}-resumed`);
      mkdirSync(resumed);
      await second.tuning.write(device, `tiny-random/${modelName}`, resumed);
      for (const file of atLeastOne(readdirSync(written))) {
        assert.deepEqual(readFileSync(path.join(resumed, file)), readFileSync(path.join(written, file)), file);
      }
      for (const { trainer, model } of [first, second]) {
        trainer.free();
        model.free();
      }
    });

    it("PEFT's adapter after them loads here, with PEFT's NLL", async () => {
      await checkNll(target, loadAdapter(target, path.join(folder, 'adapter_end')), examples, nll);
    });

    it('the adapter that was written here loads here again, with the same NLL', async () => {
      await checkNll(target, loadAdapter(target, written), examples, nll);
    });

    it(
      'the adapter that was written here loads in PEFT, with the same NLL',
      { skip: PYTHON === undefined && 'SFT_PYTHON names no Python with PEFT' },
      () => {
        const script = path.resolve('test/reference/check_methods.py');
        const in4bit = resolved.load_in_4bit ? ['--in-4bit'] : [];
        const printed = answerOfPython(PYTHON!, [script, fixture.model, ...in4bit, written]);
        const [theirs] = JSON.parse(printed) as [number[]];
        atLeastOne(theirs).forEach((value, i) => {
          near(value, nll[i]!, 1e-4, `NLL of example ${i}`);
        });
      },
    );
  });
}
