import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import { CudaDriver, DRIVER_CALLS } from '../../src/compute/cuda/driver';
import { findCuda } from '../../src/compute/cuda/installation';
import { findDevice, openDevice } from '../../src/compute/registry';
import { atLeastOne } from '../at-least-one';
import { emulation } from './fake-driver';

/** Every error that the driver's interface knows: its number, and its name behind CUDA_ERROR_. */
const CODES = [...readFileSync('native/cuda/emulation/error_codes.h', 'utf8').matchAll(/CODE\((\d+), (\w+)\)/g)].map(
  ([, code, name]) => [Number(code), name!] as const,
);
/** No error, but that something is still under way. */
const NOT_READY = 600;

/** Makes every call of the driver. */
async function everything(): Promise<void> {
  const found = findCuda();
  if (!('driver' in found)) throw new Error(found.reason);
  new CudaDriver(found.driver);
  const device = await openDevice('cuda:0');
  const x = device.alloc('f32', 3);
  device.write(x, Float32Array.of(1, 2, 3));
  const recorder = device.begin();
  recorder.scale(x, 2);
  device.submit(recorder);
  assert.deepEqual([...(await device.readFloats(x))], [2, 4, 6]);
  device.free(x);
}

afterEach(() => {
  emulation.reset();
});

describe('an error of the driver', () => {
  for (const call of atLeastOne(DRIVER_CALLS)) {
    it(`at ${call}, of any of ${CODES.length} kinds, is named with what to do`, async () => {
      for (const [code, name] of atLeastOne(CODES)) {
        if (call === 'cuStreamQuery' && code === NOT_READY) continue;
        emulation.fail(call, code);
        await assert.rejects(
          everything(),
          (error) => {
            assert.ok(error instanceof SftError, String(error));
            assert.match(error.message, new RegExp(`\\(CUDA_ERROR_${name} from ${call.replace(/_v2$/, '')}\\)$`));
            assert.ok((error.remedy ?? '').length > 0, name);
            return true;
          },
          `${call}, ${name}`,
        );
        emulation.reset();
      }
    });
  }

  it('leaves nothing behind: the next device works', () => everything());
});

describe('cuda devices', () => {
  it('are listed with name, capability, memory and driver, and auto takes none', async () => {
    const { name, memory, driver, onRequest } = await findDevice('cuda');
    assert.deepEqual(
      [name, driver, onRequest],
      ['CUDA emulated on the processor, compute capability 8.0', 'CUDA 13.0', true],
    );
    assert.ok(memory !== undefined && memory.free > 0 && memory.free <= memory.total);
    assert.equal((await findDevice('auto')).kind, 'cpu');
  });

  it('compute in bf16 where the card multiplies it and it is asked for, else in fp32', async () => {
    const exact = { product: 1e-5, attention: 1e-5 };
    assert.deepEqual((await findDevice('cuda')).supports.compute, ['f32', 'bf16']);
    assert.deepEqual((await openDevice('cuda')).traits.tolerance, exact);
    assert.notDeepEqual((await openDevice('cuda', { bf16: true })).traits.tolerance, exact);
    process.env['SFT_EMULATION_CAPABILITY'] = '7.5';
    try {
      assert.deepEqual((await findDevice('cuda')).supports.compute, ['f32']);
      assert.deepEqual((await openDevice('cuda', { bf16: true })).traits.tolerance, exact);
    } finally {
      delete process.env['SFT_EMULATION_CAPABILITY'];
    }
  });

  for (const [variable, value, code] of [
    ['SFT_EMULATION_DEVICES', '0', 'no-cuda-device'],
    ['SFT_EMULATION_CAPABILITY', '7', 'device-too-old'],
    ['SFT_CUDA', 'nowhere', 'cuda-no-driver'],
  ] as const) {
    it(`say why they cannot be used: ${code}`, async () => {
      const before = process.env[variable];
      process.env[variable] = value;
      try {
        await assert.rejects(findDevice('cuda:0'), (error) => error instanceof SftError && error.code === code);
      } finally {
        if (before === undefined) Reflect.deleteProperty(process.env, variable);
        else process.env[variable] = before;
      }
    });
  }
});
