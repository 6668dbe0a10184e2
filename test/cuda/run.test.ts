import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { tensorsOf } from '../../src/base/tensor-folder';
import { follow, sft, smallConfig, temporaryFolder } from '../cli/sft';
import { atLeastOne } from '../at-least-one';
import { MODELS } from '../families/models';
import { writeTinyModel } from '../families/tiny-model';

const folder = temporaryFolder();
const model = path.join(folder, 'model');
const STEPS = 3;
/** CUDA_ERROR_ILLEGAL_ADDRESS */
const ILLEGAL_ADDRESS = 700;
/** Things that the card has done, one by one, when it comes to the second step: most of them in the test of the device. */
const DURING_STEP_2 = 1090;
let config: string;

before(async () => {
  const { json, text } = MODELS['granite']!;
  await writeTinyModel(model, { ...json, num_hidden_layers: 1 }, text);
  config = smallConfig(folder, {
    model_name: model,
    max_steps: STEPS,
    warmup_steps: 0,
    save_steps: 1,
    eval_steps: null,
    eval_examples: 1,
    max_seq_length: 512,
    per_device_batch_size: 1,
    gradient_accumulation_steps: 1,
    lora_r: 4,
  });
});

interface Trained {
  readonly code: number | null;
  readonly losses: readonly number[];
  readonly err: string;
}

async function train(run: string, ...options: readonly string[]): Promise<Trained> {
  const { code, lines, err } = await follow(['train', ...options, '--run', path.join(folder, run)], () => undefined);
  return { code, err, losses: lines.filter(({ type }) => type === 'step').map(({ loss }) => loss as number) };
}

describe('sft train --device cuda', () => {
  it('comes to what the processor comes to', async () => {
    const [here, there] = [
      await train('cuda', config, '--device', 'cuda'),
      await train('cpu', config, '--device', 'cpu'),
    ];
    assert.deepEqual([here.code, there.code], [0, 0], here.err + there.err);
    assert.equal(here.losses.length, STEPS);
    for (const [i, loss] of atLeastOne(there.losses.entries())) {
      assert.ok(Math.abs(here.losses[i]! / loss - 1) < 1e-4, `step ${i + 1}: ${here.losses[i]!} for ${loss}`);
    }
  });

  it('ends failed where a kernel does, with what that means, and goes on from its last checkpoint on the processor', async () => {
    process.env['SFT_EMULATION_FAIL'] = `cuStreamQuery:${ILLEGAL_ADDRESS}:${DURING_STEP_2}`;
    const failed = await train('failed', config, '--device', 'cuda');
    delete process.env['SFT_EMULATION_FAIL'];
    assert.equal(failed.code, 1);
    assert.match(
      failed.err,
      /a kernel accessed memory outside its buffers \(CUDA_ERROR_ILLEGAL_ADDRESS from cuStreamQuery\)/,
    );
    assert.ok(failed.losses.length > 0 && failed.losses.length < STEPS, `${failed.losses.length} steps`);
    const resumed = await train('failed', '--resume', '--device', 'cpu');
    assert.equal(resumed.code, 0, resumed.err);
    assert.equal(resumed.losses.length, STEPS - failed.losses.length);
    assert.ok([...tensorsOf(path.join(folder, 'failed', 'adapter', 'adapter_model.safetensors'))].length > 0);
  });

  it('says what to lower where the memory of the card does not suffice', () => {
    process.env['SFT_EMULATION_MEMORY'] = String(4 << 20);
    const { code, err } = sft(['train', config, '--device', 'cuda', '--run', path.join(folder, 'too-small')]);
    delete process.env['SFT_EMULATION_MEMORY'];
    assert.equal(code, 1);
    assert.match(err, /memory/);
    assert.match(err, /per_device_batch_size|max_seq_length|load_in_4bit/);
  });
});
