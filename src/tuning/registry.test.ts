import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { CPU_TRAITS } from '../compute/cpu/cpu-device';
import { DryDevice } from '../compute/dry/dry-device';
import { readLlamaConfig } from '../model/llama-config';
import { BaseWeights } from '../model/weights';
import { loadAdapter, methodOf } from './registry';

const MODEL = 'examples/tiny-llama';
const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-adapter-'));
after(() => {
  rmSync(folder, { recursive: true });
});

describe('the registry of tuning methods', () => {
  it('has a method for each training_type, with what it leaves', () => {
    assert.deepEqual(
      (['lora', 'full'] as const).map((training_type) => [methodOf({ training_type }).form, training_type]),
      [
        ['adapter', 'lora'],
        ['model', 'full'],
      ],
    );
  });

  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['another type', '{"peft_type": "IA3"}', 'unsupported-adapter', /is of type "IA3", not LORA/],
    ['no type', '{}', 'unsupported-adapter', /is of type unknown, not LORA/],
    ['an array', '[]', 'model-file-not-json', /one JSON object/],
    ['null', 'null', 'model-file-not-json', /one JSON object/],
    ['what is not JSON', '{', 'model-file-not-json', /not valid JSON/],
    ['QALoRA', '{"peft_type": "LORA", "use_qalora": true}', 'unsupported-adapter', /use_qalora is not supported/],
  ];
  for (const [name, text, code, reason] of cases) {
    it(`refuses an adapter whose configuration is ${name}`, () => {
      writeFileSync(path.join(folder, 'adapter_config.json'), text);
      const device = new DryDevice(CPU_TRAITS);
      const config = readLlamaConfig(MODEL);
      const target = { device, config, weights: new BaseWeights(device, MODEL, config) };
      assert.throws(
        () => loadAdapter(target, folder),
        (error) =>
          error instanceof SftError && error.code === code && reason.test(error.message) && error.exitCode === 2,
      );
    });
  }
});
