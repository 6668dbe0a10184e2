import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import type { Device } from '../../src/compute/device';
import { pairAt } from '../../src/compute/pairs';
import { DecodeLoop } from '../../src/generate/decode-loop';
import { generate } from '../../src/generate/generate';
import { GREEDY } from '../../src/generate/sampler';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { scoreExamples } from '../../src/model/score';
import type { Tuning } from '../../src/model/tuning';
import { BaseWeights } from '../../src/model/weights';
import { planWindow, trainWindow } from '../../src/model/window-pass';
import { loadAdapter } from '../../src/tuning/registry';
import { atLeastOne } from '../at-least-one';
import { loadFixture, sequenceOf } from './fixture';

const ROWS = 9;
const fixture = loadFixture('llama3');
const config = readLlamaConfig(fixture.model);
const { examples } = fixture.expected;

function opened(device: Device): { model: LlamaModel; tuning: Tuning } {
  const weights = new BaseWeights(device, fixture.model, config);
  const tuning = loadAdapter({ device, config, weights }, 'test/reference/methods/prompt_tuning/adapter_end');
  return { model: new LlamaModel(device, config, weights, tuning), tuning };
}

async function gradients(
  device: Device,
  noisy = false,
): Promise<{ values: Float32Array; nll: number[]; held: boolean; shared: number }> {
  const { model, tuning } = opened(device);
  const window = examples.slice(2, 9).map(sequenceOf);
  const plan = planWindow(model, window, noisy);
  const sums = device.alloc('f32', 2 * window.length);
  const r = device.begin();
  r.fill(tuning.parameters.gradients, 0);
  const options = { gradScale: 1 / 50, dropout: { seed: 3, pass: 0 }, gradientCheckpointing: false };
  Array.from(trainWindow(r, model, plan, sums, options));
  device.submit(r);
  const pairs = await device.readFloats(sums);
  const nll = plan.groups.flat().map((_, i) => pairAt(pairs, 2 * i));
  const values = await device.readFloats(tuning.parameters.gradients);
  return { values, nll: nll.sort((a, b) => a - b), held: plan.prefix.held, shared: plan.prefix.length };
}

describe('a prompt before the input', () => {
  const device = createCpuDevice({ threads: 1 });

  it('is computed once for all sequences of an update, and has the gradients of separate rows', async () => {
    const apart = await gradients(createCpuDevice({ threads: 1, traits: { sharedTokens: Infinity } }));
    assert.equal(apart.shared, 0);
    const [one, several] = [10_000, 60].map((tokensPerPass) =>
      createCpuDevice({ threads: 1, traits: { tokensPerPass } }),
    );
    for (const [given, held] of [
      [one!, false],
      [several!, true],
    ] as const) {
      const shared = await gradients(given);
      assert.deepEqual([shared.shared, shared.held], [ROWS, held]);
      const largest = apart.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      atLeastOne(shared.values).forEach((value, i) => {
        assert.ok(Math.abs(value - apart.values[i]!) <= 1e-5 * largest, `gradient ${i}`);
      });
      atLeastOne(shared.nll).forEach((value, i) => {
        assert.ok(Math.abs(value - apart.nll[i]!) <= 1e-5 * value, `NLL ${i}`);
      });
    }
  });

  it('is shared where noise is on the tokens behind it', async () => {
    assert.equal((await gradients(device, true)).shared, ROWS);
  });

  it('begins the cache: log probabilities are those of scoring, answers those of generating', async () => {
    const { model } = opened(device);
    const ids = Array.from(examples[4]!.ids);
    const whole = { ids, trained: [{ from: 1, to: ids.length }] };
    const [scored] = (await scoreExamples(model, [whole])).perExample;
    const loop = new DecodeLoop(device, config, 512);
    const options = { model, prompt: ids, maxNewTokens: 6, sampling: GREEDY, stopTokenIds: [], random: () => 0 };
    const told: number[] = [];
    const logProbs = { top: 0, prompt: true, onLogProb: ({ logProb }: { logProb: number }) => told.push(logProb) };
    const first = await loop.submit({ ...options, logProbs });
    assert.equal(told.length, ids.length - 1 + 6, 'of each token but the first');
    const nll = -told.slice(0, ids.length - 1).reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(nll - scored!.nll) < 1e-4 * nll, `${nll} by the cache, ${scored!.nll} by scoring`);

    const [generated] = await generate(model, [ids], { ...options, random: () => () => 0 });
    assert.deepEqual(first.tokenIds, generated!.tokenIds);
    const base = new LlamaModel(device, config, new BaseWeights(device, fixture.model, config));
    const [plain] = await generate(base, [ids], { ...options, random: () => () => 0 });
    assert.notDeepEqual(plain!.tokenIds, generated!.tokenIds, 'the prompt acts');
    loop.free();
  });

  it('is kept for the next prompt, and does not count among the tokens of the request', async () => {
    const narrow = createCpuDevice({ threads: 1, traits: { fewRows: 2 } });
    const { model } = opened(narrow);
    const loop = new DecodeLoop(narrow, config, 512);
    const ask = (prompt: readonly number[]) =>
      loop.submit({ model, prompt, maxNewTokens: 2, sampling: GREEDY, stopTokenIds: [], random: () => 0 });
    const ids = Array.from({ length: 12 }, (_, i) => i + 3);
    await ask(ids);
    assert.equal((await ask(ids)).cachedTokens, 12 - 3);
    assert.equal((await ask(ids.map((id) => (id + 1) % config.vocabSize))).cachedTokens, 0);
    loop.free();
  });
});
