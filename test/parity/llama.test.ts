import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { atLeastOne } from '../at-least-one';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { LlamaModel } from '../../src/model/llama';
import { parseLlamaConfig, readLlamaConfig } from '../../src/model/llama-config';
import { loadPeftAdapter } from '../../src/tuning/lora/load-peft-adapter';
import { BaseWeights } from '../../src/model/weights';
import { readFileSync, existsSync } from 'node:fs';
import { checkGreedy, checkLogits, checkNll, checkTraining } from './checks';
import { fixtureNames, loadFixture } from './fixture';

const device = createCpuDevice({ threads: 2 });
/** So small that every loop over passes, chunks of the head, blocks of memory and pieces of tensors comes round again on these models. */
const TINY = createCpuDevice({
  threads: 2,
  traits: { tokensPerPass: 24, logitBytes: 2000, blockBytes: 4096, transferBytes: 256 },
});

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
      it(`${kind}: logits of the last positions`, () => checkLogits(device, model, fixture, scores));
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
