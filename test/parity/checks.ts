import assert from 'node:assert/strict';
import path from 'node:path';
import type { Device } from '../../src/compute/device';
import { generate } from '../../src/generate/generate';
import { GREEDY } from '../../src/generate/sampler';
import { KvCache } from '../../src/model/cached-pass';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { readTensors, type NamedTensor } from '../../src/model/parameter-file';
import { scoreExamples } from '../../src/model/score';
import { BaseWeights } from '../../src/model/weights';
import { Trainer, type TrainerOptions } from '../../src/train/trainer';
import { ADAPTER_WEIGHTS } from '../../src/tuning/adapter-config';
import { FullTuning } from '../../src/tuning/full/full-method';
import { loadPeftAdapter } from '../../src/tuning/lora/load-peft-adapter';
import { atLeastOne } from '../at-least-one';
import { sequenceOf, type ParityFixture, type ParityScores, type ParityTraining } from './fixture';

function near(actual: number, expected: number, relative: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-6);
  assert.ok(error <= relative, `${what}: ${actual} for ${expected}, off by ${error.toExponential(2)}`);
}

/** The NLL of every example within 1e-4. */
export async function checkNll(model: LlamaModel, { expected }: ParityFixture, scores: ParityScores): Promise<void> {
  const sequences = expected.examples.map(sequenceOf);
  const { perExample } = await scoreExamples(model, sequences);
  assert.equal(perExample.length, scores.nll.length);
  atLeastOne(perExample).forEach(({ nll, targets }, i) => {
    assert.equal(targets, expected.trained[i]);
    near(nll, scores.nll[i]!, 1e-4, `NLL of example ${i}`);
  });
}

/** Logits of the last positions within 1e-3, through the cache. */
export async function checkLogits(
  device: Device,
  model: LlamaModel,
  { expected }: ParityFixture,
  scores: ParityScores,
): Promise<void> {
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

/** Greedy continuations, token for token. */
export async function checkGreedy(model: LlamaModel, { expected }: ParityFixture, scores: ParityScores): Promise<void> {
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

/**
 * Every step's loss and gradient norm within 1e-3, the trained weights within 1e-4. The order of the reference is written out as a dataset
 * that is taken in file order.
 */
export async function checkTraining(
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
