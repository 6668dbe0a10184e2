import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { SftError } from '../../src/base/errors';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { openModel } from '../../src/generate/session';
import { evaluateLoss } from '../../src/model/loss-pass';
import { packBatch } from '../../src/model/batch';
import { follow, MODEL, smallConfig, temporaryFolder } from '../cli/sft';

function copiedModel(): { model: string; weights: string } {
  const model = path.join(temporaryFolder(), 'model');
  cpSync(MODEL, model, { recursive: true });
  return { model, weights: path.join(model, 'model.safetensors') };
}

const skipped = (t: TestContext): boolean => {
  if (process.platform !== 'win32') return false;
  t.skip('Windows does not let a mapped file be changed');
  return true;
};

describe('weights that change while they are mapped', () => {
  const changes: readonly (readonly [string, (file: string) => void, RegExp])[] = [
    [
      'cut to nothing',
      (file) => {
        truncateSync(file, 0);
      },
      /can no longer be read/,
    ],
    [
      'cut in the middle',
      (file) => {
        truncateSync(file, Math.floor(statSync(file).size / 3));
      },
      /can no longer be read/,
    ],
  ];
  for (const [name, change, reason] of changes) {
    it(`${name}: what is computed ends with the cause, and the process goes on`, async (t) => {
      if (skipped(t)) return;
      const { model: folder, weights } = copiedModel();
      const session = await openModel(createCpuDevice({ threads: 2 }), folder);
      const batch = packBatch(session.device, session.base.indices, [
        { ids: [1, 2, 3, 4], trained: [{ from: 1, to: 4 }] },
      ]);
      await evaluateLoss(session.base, batch);
      change(weights);
      await assert.rejects(
        Promise.resolve().then(() => evaluateLoss(session.base, batch)),
        (error) =>
          error instanceof SftError &&
          error.code === 'weights-changed' &&
          error.file === weights &&
          reason.test(error.message),
      );
      session.close();
    });
  }

  it('a run whose weights are cut is failed with the cause', async (t) => {
    if (skipped(t)) return;
    const { model, weights } = copiedModel();
    const config = smallConfig(temporaryFolder(), {
      model_name: model,
      max_steps: 400,
      save_steps: 2,
      eval_steps: 400,
    });
    let cut = false;
    const { code, signal, lines } = await follow(['train', config], ({ type, step }) => {
      if (cut || type !== 'step' || Number(step) < 3) return;
      cut = true;
      truncateSync(weights, 100_000);
    });
    assert.equal(signal, null);
    assert.equal(code, 1);
    const last = lines.at(-1)!;
    assert.equal(last.type, 'failed');
    assert.match(JSON.stringify(last), /can no longer be read while they were in use/);
  });

  it('a run whose weights are written over is failed, one whose file is replaced is not disturbed', async (t) => {
    if (skipped(t)) return;
    for (const inPlace of [true, false]) {
      const { model, weights } = copiedModel();
      const config = smallConfig(temporaryFolder(), {
        model_name: model,
        max_steps: inPlace ? 4000 : 8,
        warmup_steps: 0,
        save_steps: 4000,
        eval_steps: 4000,
      });
      let changed = false;
      const { lines } = await follow(['train', config], ({ type }) => {
        if (changed || type !== 'step') return;
        changed = true;
        const bytes = readFileSync(weights);
        bytes[bytes.length - 1]! ^= 1;
        if (inPlace) writeFileSync(weights, bytes);
        else {
          copyFileSync(weights, `${weights}.new`);
          writeFileSync(`${weights}.new`, bytes);
          renameSync(`${weights}.new`, weights);
        }
      });
      const last = lines.at(-1)!;
      assert.equal(last.type, inPlace ? 'failed' : 'done', JSON.stringify(last));
      if (inPlace) assert.match(JSON.stringify(last), /written to|no longer be read/);
      rmSync(model, { recursive: true });
    }
  });
});
