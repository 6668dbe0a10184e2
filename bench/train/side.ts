import { createCpuDevice, type CpuDeviceOptions, type InstructionSet } from '../../src/compute/cpu/cpu-device';
import type { Device } from '../../src/compute/device';

/** What `npm run bench train` tells the processes that train. */
export const SIDE_OPTIONS = {
  model: { type: 'string' },
  examples: { type: 'string' },
  batch: { type: 'string' },
  steps: { type: 'string' },
  threads: { type: 'string' },
  isa: { type: 'string' },
} as const;

/** The device that they train on. */
export function sideDevice(
  { threads, isa }: { readonly threads?: string | undefined; readonly isa?: string | undefined },
  more: Pick<CpuDeviceOptions, 'traits'> = {},
): Device {
  return createCpuDevice({
    threads: Number(threads),
    ...more,
    ...(isa === undefined ? {} : { isa: isa as InstructionSet }),
  });
}
