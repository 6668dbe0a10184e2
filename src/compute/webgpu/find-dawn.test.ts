import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { chooseDevice } from '../choose-device';
import { listDevices } from '../registry';
import { dawnUnavailable, findDawn, loadDawn } from './find-dawn';
import { tooFewBindings } from './webgpu-provider';

describe('the package webgpu', () => {
  it('is found in the folder that SFT_WEBGPU names, and told where it cannot be loaded', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-webgpu-'));
    try {
      const where = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
      const own = path.join(folder, 'node_modules', 'webgpu');
      mkdirSync(path.join(own, 'dist', where), { recursive: true });
      writeFileSync(path.join(own, 'package.json'), '{ "name": "webgpu" }');
      const addon = path.join(own, 'dist', where, 'dawn.node');
      writeFileSync(addon, 'not a library');
      assert.equal(findDawn({ SFT_WEBGPU: folder }), addon);
      assert.equal(findDawn({ SFT_WEBGPU: path.relative('', folder) }), addon);
      assert.equal(findDawn({ SFT_WEBGPU: '' }), findDawn({}));
      assert.throws(
        () => loadDawn(addon),
        (error) => error instanceof SftError && error.code === 'webgpu-unusable' && error.file === addon,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('makes its own device unavailable where it is damaged, and no other', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-webgpu-'));
    const former = process.env['SFT_WEBGPU'];
    try {
      mkdirSync(path.join(folder, 'node_modules', 'webgpu'), { recursive: true });
      writeFileSync(path.join(folder, 'node_modules', 'webgpu', 'package.json'), '{');
      process.env['SFT_WEBGPU'] = folder;
      const listed = await listDevices();
      assert.equal(listed.find(({ kind }) => kind === 'webgpu')?.unavailable?.code, 'webgpu-unusable');
      assert.equal(chooseDevice('cpu', listed).kind, 'cpu');
    } finally {
      if (former === undefined) delete process.env['SFT_WEBGPU'];
      else process.env['SFT_WEBGPU'] = former;
      rmSync(folder, { recursive: true });
    }
  });

  it('is asked for with the command that installs it, and refused within the editor', () => {
    assert.match(dawnUnavailable(undefined, false)?.remedy ?? '', /npm install .*webgpu@\d/);
    assert.equal(dawnUnavailable('/dawn.node', false), undefined);
    assert.equal(dawnUnavailable('/dawn.node', true)?.code, 'webgpu-in-editor');
  });

  it('computes on no adapter whose kernels see too few buffers', () => {
    const withBindings = (bindings: number) => ({ limits: { bufferBytes: 2 ** 28, bindingBytes: 2 ** 27, bindings } });
    assert.equal(tooFewBindings(withBindings(10)), undefined);
    assert.match(tooFewBindings(withBindings(8))?.reason ?? '', /sees 8 buffers, and 10 are needed/);
  });

  it('is left alone unless a device of it is named, and auto takes none', async () => {
    const devices = await listDevices();
    const listed = devices.filter(({ kind }) => kind === 'webgpu');
    assert.deepEqual(
      listed.map(({ id, onRequest }) => [id, onRequest]),
      [['webgpu', true]],
    );
    const cpu = devices.find(({ kind }) => kind === 'cpu')!;
    const usable = { ...cpu, id: 'webgpu', kind: 'webgpu', onRequest: true as const };
    assert.equal(chooseDevice('auto', [usable, cpu]), cpu);
    assert.equal(chooseDevice('webgpu', [cpu, usable]), usable);
  });
});
