import type { DeviceInfo, DeviceProvider, OpenOptions } from '../provider';
import { unavailableBy } from '../unavailable';
import { CPU_TRAITS, createCpuDevice } from './cpu-device';

const ID = 'cpu';

/** The processor of this machine. Its library is loaded to list it: only that tells whether its kernels run here. */
export const cpuProvider: DeviceProvider = {
  kind: ID,
  list: (options) => Promise.resolve([infoOf(options)]),
  open: (_id, options) => Promise.resolve(createCpuDevice(options)),
};

function infoOf(options: OpenOptions): DeviceInfo {
  const info = {
    id: ID,
    kind: ID,
    supports: { compute: ['f32'], weights: ['dense', 'nf4'], optimizers: ['adamw', 'adamw_8bit'] },
    traits: CPU_TRAITS,
  } as const;
  try {
    return { ...info, name: createCpuDevice(options).description };
  } catch (error) {
    return { ...info, name: 'the processor of this machine', unavailable: unavailableBy(error) };
  }
}
