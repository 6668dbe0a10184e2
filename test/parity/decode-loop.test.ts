import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { DecodeLoop, type DecodeRequest } from '../../src/generate/decode-loop';
import { generate } from '../../src/generate/generate';
import { GREEDY, type SamplingOptions } from '../../src/generate/sampler';
import { LlamaModel } from '../../src/model/llama';
import { readLlamaConfig } from '../../src/model/llama-config';
import { loadPeftAdapter } from '../../src/tuning/lora/load-peft-adapter';
import { BaseWeights } from '../../src/model/weights';
import { createRandom } from '../../src/base/random';
import { loadFixture } from './fixture';

const device = createCpuDevice({ threads: 2 });
const SAMPLED: SamplingOptions = { do_sample: true, temperature: 1, top_k: 0, top_p: 1 };

interface Wanted {
  readonly model: LlamaModel;
  readonly prompt: readonly number[];
  readonly maxNewTokens: number;
  readonly sampling: SamplingOptions;
  readonly seed: number;
}

/** What `sft generate` would give: the prompt alone, nothing cached. */
async function alone({ model, prompt, maxNewTokens, sampling, seed }: Wanted): Promise<readonly number[]> {
  const random = createRandom(seed);
  const options = { sampling, maxNewTokens, stopTokenIds: [], random: () => () => random.nextFloat() };
  const [result] = await generate(model, [prompt], options);
  return result!.tokenIds;
}

function requestOf({ seed, ...wanted }: Wanted): DecodeRequest {
  const random = createRandom(seed);
  return { ...wanted, stopTokenIds: [], random: () => random.nextFloat() };
}

for (const name of ['smollm2', 'mistral', 'qwen3', 'llama31']) {
  describe(`decode loop, ${name}`, () => {
    const fixture = loadFixture(name);
    const config = readLlamaConfig(fixture.model);
    const weights = new BaseWeights(device, fixture.model, config);
    const base = new LlamaModel(device, config, weights);
    const tuned = new LlamaModel(
      device,
      config,
      weights,
      loadPeftAdapter({ device, config, weights }, fixture.adapter),
    );
    const random = createRandom(7);
    const ids = (length: number): number[] => Array.from({ length }, () => random.below(config.vocabSize));
    const room = config.maxPositionEmbeddings;
    const shared = ids(70);

    /** Prompts short and long, some with a common beginning, for both models. */
    const wanted: Wanted[] = Array.from({ length: 24 }, (_, i) => {
      const rest = ids([1, 5, 16, 17, 30, 90][i % 6]!);
      const prompt = (i % 4 === 0 ? rest : [...shared.slice(0, 20 + i * 2), ...rest]).slice(0, room - 12);
      return {
        model: i % 3 === 0 ? base : tuned,
        prompt,
        maxNewTokens: 3 + (i % 9),
        sampling: i % 2 === 0 ? GREEDY : SAMPLED,
        seed: i,
      };
    });

    it('gives each request what it gets alone, bit for bit, whoever runs beside it and whatever is cached', async () => {
      const expected = await Promise.all(wanted.map(alone));
      // Room for all, and so little that they wait for each other and push each other out.
      for (const rows of [8192, room + 40]) {
        const loop = new DecodeLoop(device, config, rows);
        let cached = 0;
        for (let round = 0; round < 2; round++) {
          const order = createRandom(round).shuffle(wanted.map((_, i) => i));
          const results = await Promise.all(
            order.map(async (i, at) => {
              // Some join while others are in the middle of their answers.
              for (let turn = 0; turn < at; turn++) await new Promise((resolve) => setImmediate(resolve));
              return loop.submit(requestOf(wanted[i]!));
            }),
          );
          results.forEach((result, at) => {
            assert.deepEqual(result.tokenIds, expected[order[at]!], `request ${order[at]} of ${rows} rows`);
            assert.equal(result.stop, 'length');
            cached += result.cachedTokens;
          });
        }
        assert.ok(cached > 0, 'nothing was used again');
        loop.free();
      }
    });

    it('uses the beginning of an earlier prompt again, and not that of another model', async () => {
      const loop = new DecodeLoop(device, config, 2048);
      const request = (model: LlamaModel, prompt: readonly number[]): Promise<number> =>
        loop
          .submit(requestOf({ model, prompt, maxNewTokens: 2, sampling: GREEDY, seed: 0 }))
          .then(({ cachedTokens }) => cachedTokens);
      assert.equal(await request(base, shared), 0);
      assert.equal(await request(tuned, shared), 0);
      // The last tokens are read again: the answer begins from their logits, and as many as a pass over many rows needs.
      assert.equal(await request(base, shared), shared.length - device.traits.fewRows - 1);
      assert.equal(await request(base, [...shared, ...ids(20)]), shared.length);
      assert.equal(await request(base, [...shared.slice(0, 40), ...ids(20)]), 40);
      loop.forget(base);
      assert.equal(await request(base, shared), 0);
      loop.free();
    });
  });
}

describe('decode loop', () => {
  const fixture = loadFixture('smollm2');
  const config = readLlamaConfig(fixture.model);
  const model = new LlamaModel(device, config, new BaseWeights(device, fixture.model, config));
  const prompt = [1, 2, 3];
  const wanted: Wanted = { model, prompt, maxNewTokens: 40, sampling: GREEDY, seed: 0 };

  it('ends an answer that is aborted, running or waiting, and goes on with the others', async () => {
    const loop = new DecodeLoop(device, config, 50);
    const stop = new AbortController();
    const gone = new AbortController();
    let seen = 0;
    const running = loop.submit({
      ...requestOf(wanted),
      signal: stop.signal,
      onToken: () => {
        if (++seen === 5) stop.abort();
        return false;
      },
    });
    const waiting = loop.submit({ ...requestOf(wanted), signal: gone.signal });
    const last = loop.submit(requestOf(wanted));
    gone.abort();
    assert.deepEqual(await waiting, { tokenIds: [], stop: 'aborted', cachedTokens: 0 });
    const aborted = await running;
    assert.equal(aborted.stop, 'aborted');
    assert.equal(aborted.tokenIds.length, 5);
    assert.equal((await last).tokenIds.length, 40);
    loop.free();
  });

  it('ends at a stop token, or where onToken says so, with that token', async () => {
    const loop = new DecodeLoop(device, config, 512);
    const { tokenIds } = await loop.submit(requestOf(wanted));
    const third = tokenIds[2]!;
    const first = tokenIds.indexOf(third);
    const stopped = await loop.submit({ ...requestOf(wanted), stopTokenIds: [third] });
    assert.deepEqual([stopped.stop, stopped.tokenIds], ['stop', tokenIds.slice(0, first)]);
    const asked = await loop.submit({ ...requestOf(wanted), onToken: (id) => id === third });
    assert.deepEqual([asked.stop, asked.tokenIds], ['stop', tokenIds.slice(0, first + 1)]);
    loop.free();
  });

  it('fails only those that a failure concerns, and goes on', async () => {
    const loop = new DecodeLoop(device, config, 512);
    const expected = await loop.submit(requestOf(wanted));
    const bad = loop.submit({
      ...requestOf(wanted),
      onToken: () => {
        throw new Error('reader failed');
      },
    });
    const good = loop.submit(requestOf(wanted));
    await assert.rejects(bad, /reader failed/);
    assert.deepEqual((await good).tokenIds, expected.tokenIds);
    const outside = loop.submit(requestOf({ ...wanted, prompt: [config.vocabSize] }));
    await assert.rejects(outside, RangeError);
    assert.deepEqual((await loop.submit(requestOf(wanted))).tokenIds, expected.tokenIds);
    loop.free();
  });
});
