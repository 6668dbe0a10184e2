import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import { chooseDevice } from '../../src/compute/choose-device';
import { listDevices } from '../../src/compute/registry';
import { findTensorFlow } from '../../src/compute/tfjs/find-tensorflow';
import { TfjsDevice } from '../../src/compute/tfjs/tfjs-device';
import { temporaryFolder } from '../cli/sft';
import { onBench } from '../conformance/bench';
import { assertClose, randoms } from '../conformance/numbers';
import { rmsNorm } from '../conformance/reference';

/** A folder in which a person has installed a package of that name. */
function installed(manifest: string, code: string): string {
  const folder = temporaryFolder();
  const own = path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  mkdirSync(own, { recursive: true });
  writeFileSync(path.join(own, 'package.json'), manifest);
  writeFileSync(path.join(own, 'index.js'), code);
  return folder;
}

const MANIFEST = '{ "name": "@tensorflow/tfjs-node-gpu", "main": "index.js" }';

describe('the package tfjs-node-gpu', () => {
  it('computes where a person has installed it', async () => {
    // What has the same functions, in place of a package that needs a graphics card.
    const [core, backend] = ['tfjs-core', 'tfjs-backend-wasm'].map((name) => {
      return JSON.stringify(path.resolve('node_modules/@tensorflow', name));
    });
    const code = `const tf = require(${core}); require(${backend}); module.exports = tf; tf.setBackend('wasm');`;
    const found = findTensorFlow({ SFT_TFJS: installed(MANIFEST, code) });
    assert.match(found.name, /tfjs-node-gpu/);
    const device = new TfjsDevice(await found.load(), { description: found.name });
    await onBench(device, async (b) => {
      const [rows, dim] = [5, 64];
      const [x, w, y] = [randoms(rows * dim, 1), randoms(dim, 2), b.zeros(rows * dim)];
      b.kernels.rmsNorm(y, b.floats(x), b.floats(w), rows, dim, 1e-5);
      assertClose(await b.read(y), rmsNorm(x, w, rows, dim, 1e-5), 2e-6, 'y');
    });
  });

  it('is named where it cannot be loaded', async () => {
    const { load } = findTensorFlow({ SFT_TFJS: installed(MANIFEST, 'throw new Error("no CUDA");') });
    await assert.rejects(load, (error) => {
      return error instanceof SftError && error.code === 'tfjs-unusable' && /no CUDA/.test(error.message);
    });
  });

  it('makes its own device unavailable where it is damaged, and no other', async () => {
    process.env['SFT_TFJS'] = installed('{', '');
    try {
      const listed = await listDevices();
      assert.equal(listed.find(({ kind }) => kind === 'tfjs')?.unavailable?.code, 'tfjs-unusable');
      assert.equal(chooseDevice('cpu', listed).kind, 'cpu');
    } finally {
      delete process.env['SFT_TFJS'];
    }
  });
});
