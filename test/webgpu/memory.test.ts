import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import { dawnAdapters } from '../../src/compute/webgpu/dawn-node';
import { findDawn, loadDawn } from '../../src/compute/webgpu/find-dawn';
import { webGpuBuffer } from '../../src/compute/webgpu/webgpu-buffer';
import { WebGpuDevice } from '../../src/compute/webgpu/webgpu-device';

describe('memory of webgpu', () => {
  let device: WebGpuDevice;
  let [created, destroyed] = [0, 0];
  let folder: string;
  let file: string;
  before(async () => {
    const [adapter] = await dawnAdapters(loadDawn(findDawn()!));
    const gpu = await adapter!.open();
    const [create, destroy] = [gpu.createBuffer.bind(gpu), gpu.destroyBuffer.bind(gpu)];
    gpu.createBuffer = (bytes, use) => {
      if (use === 'storage') created++;
      return create(bytes, use);
    };
    gpu.destroyBuffer = (buffer) => {
      destroyed++;
      destroy(buffer);
    };
    device = new WebGpuDevice(gpu, { description: 'counted', limits: adapter!.limits });
    folder = mkdtempSync(path.join(os.tmpdir(), 'sft-webgpu-'));
    file = path.join(folder, 'weights');
  });
  beforeEach(() => {
    [created, destroyed] = [0, 0];
    writeFileSync(file, new Uint8Array(Float32Array.from({ length: 64 }, (_, i) => i).buffer));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('copies a tensor once that is read in pieces, and lets it go with the last', async () => {
    const weights = device.openWeights(file);
    const tensor = weights.buffer('f32', 0, 64);
    for (let from = 0; from < 64; from += 16) {
      const piece = tensor.slice(from, 16);
      assert.equal((await device.readFloats(piece))[3], from + 3);
      assert.equal(destroyed, 0);
      device.advise(piece, 'done');
    }
    assert.deepEqual([created, destroyed], [1, 1]);
    assert.equal((await device.readFloats(tensor))[63], 63);
    weights.close();
    assert.deepEqual([created, destroyed], [2, 2]);
  });

  it('gives memory back after a kernel could not be recorded because the file had changed', () => {
    const weights = device.openWeights(file);
    const [x, w] = [device.alloc('f32', 64), weights.buffer('f32', 0, 64)];
    appendFileSync(file, 'more');
    const recorder = device.begin();
    recorder.fill(x, 1);
    assert.throws(
      () => {
        recorder.add(x, w);
      },
      (error) => error instanceof SftError && error.code === 'weights-changed',
    );
    assert.throws(() => {
      device.submit(recorder);
    }, RangeError);
    device.free(x);
    weights.close();
    assert.deepEqual([created, destroyed], [2, 2]);
  });

  it('keeps nothing for groups of bindings of which one buffer is gone', () => {
    const [x, y] = [device.alloc('f32', 64), device.alloc('f32', 64)];
    const recorder = device.begin();
    recorder.copy(y, x);
    device.submit(recorder);
    const { bound } = webGpuBuffer(y).allocation;
    assert.equal(bound.size, 1);
    device.free(x);
    assert.equal(bound.size, 0);
    device.free(y);
  });
});
