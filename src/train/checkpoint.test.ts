import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { PLAIN_TRAINING } from '../../test/plain-training';
import { SftError } from '../base/errors';
import { createCpuDevice } from '../compute/cpu/cpu-device';
import { LlamaModel } from '../model/llama';
import { readLlamaConfig } from '../model/llama-config';
import { BaseWeights } from '../model/weights';
import { LoraAdapter } from '../tuning/lora/lora-adapter';
import { readCheckpoint, writeCheckpoint, type TrainerState } from './checkpoint';
import { Trainer } from './trainer';

const MODEL = 'examples/tiny-llama';
const GOOD: TrainerState = { step: 3, best: { step: 2, loss: 1.5 }, evaluations_without_gain: 1 };

const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-checkpoint-'));
after(() => {
  rmSync(folder, { recursive: true });
});

describe('the state of a checkpoint', async () => {
  const device = createCpuDevice({ threads: 1 });
  const config = readLlamaConfig(MODEL);
  const lora = { r: 2, lora_alpha: 2, lora_dropout: 0, use_rslora: false, target_modules: ['q_proj'] } as const;
  const weights = new BaseWeights(device, MODEL, config);
  const adapter = new LoraAdapter({ device, config, weights }, lora);
  const model = new LlamaModel(device, config, weights, adapter);
  const trainer = new Trainer(
    device,
    model,
    [{ ids: [1, 2, 3], trained: [{ from: 1, to: 3 }], place: 'data.json:1' }],
    PLAIN_TRAINING,
  );
  const place = path.join(folder, 'step-3');
  mkdirSync(place);
  await writeCheckpoint(device, trainer, GOOD, 'base', place);
  const file = path.join(place, 'trainer_state.json');

  it('is read as it was written', () => {
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), GOOD);
    assert.deepEqual(readCheckpoint(device, trainer, place), GOOD);
    assert.equal(trainer.step, 3);
  });

  const damaged: readonly (readonly [string, string])[] = [
    ['empty', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['an empty object', '{}'],
    ['of another step than its folder', JSON.stringify({ ...GOOD, step: 4 })],
    ['of a step that is a text', JSON.stringify({ ...GOOD, step: '3' })],
    ['of half a step', JSON.stringify({ ...GOOD, step: 2.5 })],
    ['without its best', JSON.stringify({ ...GOOD, best: undefined })],
    ['of a best without loss', JSON.stringify({ ...GOOD, best: { step: 2 } })],
    ['of no count', JSON.stringify({ ...GOOD, evaluations_without_gain: null })],
  ];
  for (const [name, text] of damaged) {
    it(`is refused where it is ${name}`, () => {
      trainer.optimizer.updates = 1;
      writeFileSync(file, text);
      assert.throws(
        () => readCheckpoint(device, trainer, place),
        (error) => error instanceof SftError && error.code === 'corrupt-checkpoint' && error.file === file,
      );
      assert.equal(trainer.step, 1, 'the trainer is as it was');
    });
  }
});
