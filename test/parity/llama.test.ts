import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { atLeastOne } from '../at-least-one';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import type { Device } from '../../src/compute/device';
import { GREEDY } from '../../src/generate/sampler';
import { generate } from '../../src/generate/generate';
import { KvCache } from '../../src/model/cached-pass';
import { LlamaModel } from '../../src/model/llama';
import { parseLlamaConfig, readLlamaConfig } from '../../src/model/llama-config';
import { readTensors, type NamedTensor } from '../../src/model/parameter-file';
import { FullTuning } from '../../src/tuning/full/full-method';
import { ADAPTER_WEIGHTS } from '../../src/tuning/adapter-config';
import { loadPeftAdapter } from '../../src/tuning/lora/load-peft-adapter';
import { scoreExamples } from '../../src/model/score';
import { BaseWeights } from '../../src/model/weights';
import { Trainer, type TrainerOptions } from '../../src/train/trainer';
import { readFileSync, existsSync } from 'node:fs';
import {
  fixtureNames,
  loadFixture,
  sequenceOf,
  type ParityScores,
  type ParityTraining,
  type ParityFixture,
} from './fixture';

const device = createCpuDevice({ threads: 2 });
/** So small that every loop over passes, chunks of the head, blocks of memory and pieces of tensors comes round again on these models. */
const TINY = createCpuDevice({
  threads: 2,
  traits: { tokensPerPass: 24, logitBytes: 2000, blockBytes: 4096, transferBytes: 256 },
});

function near(actual: number, expected: number, relative: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-6);
  assert.ok(error <= relative, `${what}: ${actual} for ${expected}, off by ${error.toExponential(2)}`);
}

for (const name of atLeastOne(fixtureNames())) {
  describe(`${name} against transformers and PEFT`, () => {
    const fixture = loadFixture(name);
    const { expected } = fixture;
    const config = readLlamaConfig(fixture.model);
    const weights = new BaseWeights(device, fixture.model, config);
    const base = new LlamaModel(device, config, weights);
    const tuned = new LlamaModel(
      device,
      config,
      weights,
      loadPeftAdapter({ device, config, weights }, fixture.adapter),
    );
    after(() => {
      base.free();
      tuned.free();
    });

    for (const [kind, model, scores] of [
      ['base', base, expected.base],
      ['adapter', tuned, expected.adapter],
    ] as const) {
      it(`${kind}: NLL of every example within 1e-4`, () => checkNll(model, fixture, scores));
      it(`${kind}: logits of the last positions`, () => checkLogits(model, fixture, scores));
      it(`${kind}: greedy continuations are equal`, () => checkGreedy(model, fixture, scores));
    }

    it('ten LoRA steps: loss, gradient norm, learning rate within 1e-3, every adapter weight within 1e-4', async () => {
      await checkTraining(device, fixture, expected.adapter_training, false);
    });

    it('the same in tiny passes, chunks, blocks and pieces', async () => {
      await checkTraining(TINY, fixture, expected.adapter_training, false);
    });

    if (expected.full_training !== undefined) {
      const training = expected.full_training;
      it('full fine-tuning steps: loss, gradient norm within 1e-3, every weight within 1e-4', async () => {
        await checkTraining(device, fixture, training, true);
        await checkTraining(TINY, fixture, training, true);
      });
    }

    const older = path.join(fixture.model, 'config_older.json');
    if (existsSync(older)) {
      it('reads the older layout of config.json as the same model', () => {
        const json = JSON.parse(readFileSync(older, 'utf8')) as Record<string, unknown>;
        assert.deepEqual(parseLlamaConfig(json, older), config);
      });
    }
  });
}

async function checkNll(model: LlamaModel, { expected }: ParityFixture, scores: ParityScores): Promise<void> {
  const sequences = expected.examples.map(sequenceOf);
  const { perExample } = await scoreExamples(model, sequences);
  assert.equal(perExample.length, scores.nll.length);
  atLeastOne(perExample).forEach(({ nll, targets }, i) => {
    assert.equal(targets, expected.trained[i]);
    near(nll, scores.nll[i]!, 1e-4, `NLL of example ${i}`);
  });
}

async function checkLogits(model: LlamaModel, { expected }: ParityFixture, scores: ParityScores): Promise<void> {
  const { example, last_positions: rows } = scores.logits;
  const ids = expected.examples[example]!.ids;
  // Through the cache in two unequal parts and then token by token, so that decoding is held against the reference as well.
  const cache = new KvCache(device, model.config, 2 * ids.length);
  cache.open(ids.length);
  const sequence = cache.open(ids.length)!;
  const start = ids.length - rows.length;
  await cache.append(model, [{ sequence, ids: ids.slice(0, start) }]);
  for (const [i, row] of atLeastOne(rows.entries())) {
    const logits = await cache.append(model, [{ sequence, ids: [ids[start + i]!] }]);
    assert.equal(logits.length, row.length);
    row.forEach((value, token) => {
      assert.ok(
        Math.abs(logits[token]! - value) <= 1e-3 * Math.max(1, Math.abs(value)),
        `logit ${token}: ${logits[token]} for ${value}`,
      );
    });
  }
  cache.free();
}

async function checkGreedy(model: LlamaModel, { expected }: ParityFixture, scores: ParityScores): Promise<void> {
  const longest = Math.max(...scores.greedy.map((g) => g.token_ids.length));
  const results = await generate(model, expected.prompts, {
    sampling: GREEDY,
    maxNewTokens: longest,
    stopTokenIds: expected.eos_token_ids,
    random: () => () => 0,
  });
  assert.equal(results.length, scores.greedy.length);
  atLeastOne(results).forEach(({ tokenIds, stop }, i) => {
    const { token_ids: ids, stop: reason } = scores.greedy[i]!;
    assert.deepEqual(tokenIds, ids);
    assert.equal(stop, reason === 'eos' ? 'stop' : 'length');
  });
}

/** The order of the reference, written out as a dataset that is taken in file order. */
async function checkTraining(
  device: Device,
  fixture: ParityFixture,
  training: ParityTraining,
  full: boolean,
): Promise<void> {
  const { settings, order, steps } = training;
  const config = readLlamaConfig(fixture.model);
  const weights = new BaseWeights(device, fixture.model, config);
  const model = full
    ? new LlamaModel(device, config, weights, new FullTuning(device, weights))
    : new LlamaModel(device, config, weights, loadPeftAdapter({ device, config, weights }, fixture.adapterStart));
  const examples = order.flat(2).map((index) => {
    return { ...sequenceOf(fixture.expected.examples[index]!), place: `example ${index}` };
  });
  const options: TrainerOptions = {
    ...settings,
    num_train_epochs: 1,
    per_device_batch_size: order[0]![0]!.length,
    gradient_accumulation_steps: order[0]!.length,
    warmup_ratio: 0,
    optim: 'adamw',
    gradient_checkpointing: false,
    shuffle: false,
    seed: 0,
  };
  const trainer = new Trainer(device, model, examples, options);
  for (const [i, step] of atLeastOne(steps.entries())) {
    const result = await trainer.trainStep();
    assert.equal(result.trained_tokens, step.trained);
    near(result.loss, step.loss, 1e-3, `loss of step ${i + 1}`);
    near(result.grad_norm, step.grad_norm, 1e-3, `gradient norm of step ${i + 1}`);
    near(result.learning_rate, step.learning_rate, 1e-9, `learning rate of step ${i + 1}`);
  }
  await compareWeights(device, trainer, full ? fixture.fullEnd! : path.join(fixture.adapterEnd, ADAPTER_WEIGHTS));
  trainer.free();
  model.free();
}

/** Within 1e-4, absolute: the fixture's README says how far weights move when clipping or decay is left out (2e-4 and more). */
async function compareWeights(device: Device, trainer: Trainer, file: string): Promise<void> {
  const parameters = trainer.parameters.all();
  const ends: NamedTensor[] = parameters.map((p) => ({
    name: p.name,
    shape: p.shape,
    value: device.alloc('f32', p.value.length),
  }));
  readTensors(device, file, ends);
  for (const [i, parameter] of atLeastOne(parameters.entries())) {
    const actual = await device.readFloats(parameter.value);
    const expected = await device.readFloats(ends[i]!.value);
    actual.forEach((value, at) => {
      const error = Math.abs(value - expected[at]!);
      assert.ok(error <= 1e-4, `${parameter.name}[${at}]: ${value} for ${expected[at]}`);
    });
    device.free(ends[i]!.value);
  }
}
