import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { answerOfPython } from '../run-python';
import { MODEL, sft, smallConfig, smallDataset, temporaryFolder } from '../cli/sft';

const PYTHON = process.env['SFT_PYTHON'];
/** A real model's folder in 16 bits: SFT_MODEL names one, such as SmolLM2-135M-Instruct; else it is the example model. */
const SOURCE = process.env['SFT_MODEL'] ?? MODEL;
const folder = temporaryFolder();
const data = smallDataset(folder, 40);

function python(script: string, ...args: string[]): string {
  const env = { ...process.env, OMP_NUM_THREADS: process.env['SFT_THREADS'] ?? '' };
  return answerOfPython(PYTHON!, [path.resolve('test/reference', script), ...args], env);
}

/** Each example's NLL, within 1e-4 of transformers in fp32 on the dequantised weights. */
function check(model: string): void {
  const scored = sft(['score', data, '--model', model, '--json']);
  assert.equal(scored.code, 0, scored.err);
  const scores = path.join(folder, 'scores.json');
  writeFileSync(scores, scored.out);
  assert.match(python('check_4bit.py', model, data, scores), /^40 examples/);
}

describe(
  'weights in 4 bits against transformers',
  {
    skip: PYTHON === undefined && 'SFT_PYTHON names no Python with transformers and bitsandbytes',
  },
  () => {
    for (const how of ['single', 'double']) {
      it(`a model that it saved, ${how} quantised, has its NLL`, () => {
        const out = path.join(folder, how);
        python('save_4bit.py', SOURCE, out, ...(how === 'single' ? ['--single'] : []));
        check(out);
      });
    }

    it('a model that was exported here in 4 bits loads there, with the NLL that it has here', () => {
      const values = { model_name: SOURCE, max_steps: 1, warmup_steps: 0, eval_examples: 1, max_new_tokens: 1 };
      const run = path.join(folder, 'run');
      const trained = sft(['train', smallConfig(temporaryFolder(), values), '--run', run]);
      assert.equal(trained.code, 0, trained.err);
      const out = path.join(folder, 'exported');
      const exported = sft(['export', run, '--to', 'merged', '--type', 'nf4', '--out', out]);
      assert.equal(exported.code, 0, exported.err);
      check(out);
    });
  },
);
