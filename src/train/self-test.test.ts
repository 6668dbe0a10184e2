import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { createCpuDevice } from '../compute/cpu/cpu-device';
import type { Device } from '../compute/device';
import type { DeviceBuffer } from '../compute/memory';
import type { Recorder } from '../compute/recorder';
import { testDevice } from './self-test';

/** Another way than the processor's best to compute the same. */
const device = createCpuDevice({ threads: 1, isa: 'baseline' });
const processor = createCpuDevice({ threads: 2 });

/** A device that computes something else beside a kernel. */
function faulty(
  kernel: 'swiglu' | 'swigluBackward' | 'adamw',
  and: (r: Recorder, first: DeviceBuffer) => void,
): Device {
  return new Proxy(device, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'begin') return value.bind(target) as unknown;
      return () => {
        const r = target.begin();
        const right = r[kernel].bind(r) as (...given: unknown[]) => void;
        (r as unknown as Record<string, unknown>)[kernel] = (...given: unknown[]) => {
          right(...given);
          and(r, given[0] as DeviceBuffer);
        };
        return r;
      };
    },
  });
}

describe('testDevice', () => {
  it('passes what computes right, in another order', async () => {
    await testDevice(device, processor);
  });

  for (const [name, wrong, what] of [
    [
      'forward',
      faulty('swiglu', (r, h) => {
        r.scale(h, 1.5);
      }),
      /the loss of update 1 is/,
    ],
    [
      'backward',
      faulty('swigluBackward', (r, d) => {
        r.scale(d, 1.5);
      }),
      /norm of the gradients of update 1 is/,
    ],
    [
      'the update',
      faulty('adamw', (r, p) => {
        r.scale(p, 1.02);
      }),
      /16 bits the (loss|norm of the gradients) of update 2 is/,
    ],
  ] as const)
    it(`finds a fault in ${name}`, async () => {
      await assert.rejects(testDevice(wrong, processor), (error) => {
        assert.ok(error instanceof SftError);
        assert.equal(error.code, 'device-computes-wrongly');
        assert.match(error.message, what);
        return true;
      });
    });
});
