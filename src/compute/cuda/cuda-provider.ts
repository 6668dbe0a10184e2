import { chooseDevice } from '../choose-device';
import type { DeviceInfo, DeviceListing, DeviceProvider, OpenOptions, Unavailable } from '../provider';
import { unavailableBy, unavailableError } from '../unavailable';
import { CudaContext, FIRST_WITH_BF16 } from './context';
import { CUDA_TRAITS, CudaDevice } from './cuda-device';
import { CAPABILITY, type CudaDriver } from './driver';
import { driverError } from './driver-errors';
import { findCuda, loadDriver, readKernels } from './installation';

const KIND = 'cuda';
const NAME = 'an NVIDIA graphics card through CUDA';
/** What the oldest of the kernels are compiled for: Turing. */
const OLDEST = 7.5;

/** Graphics cards of NVIDIA. `auto` never takes them: what they compute was held against the reference in emulation alone. */
export const cudaProvider: DeviceProvider = {
  kind: KIND,
  list(_options, closely) {
    return Promise.resolve().then(() => listed(closely));
  },
  open(id, options) {
    return Promise.resolve().then(() => opened(id, options));
  },
};

function listed(closely: boolean): readonly DeviceInfo[] {
  try {
    const found = findCuda();
    if ('reason' in found) return [listing(KIND, NAME, { unavailable: found })];
    if (!closely) return [listing(KIND, NAME)];
    const driver = loadDriver(found.driver);
    const version = versionOf(driver.ask('cuDriverGetVersion', 4));
    const count = driver.ask('cuDeviceGetCount', 4);
    if (count === 0) throw driverError('cuDeviceGetCount', 'CUDA_ERROR_NO_DEVICE');
    return Array.from({ length: count }, (_, ordinal) => card(driver, ordinal, version));
  } catch (error) {
    return [listing(KIND, NAME, { unavailable: unavailableBy(error) })];
  }
}

function card(driver: CudaDriver, ordinal: number, version: string): DeviceInfo {
  const id = `${KIND}:${ordinal}`;
  try {
    const device = driver.ask('cuDeviceGet', 4, ordinal);
    const text = new Uint8Array(256);
    driver.call('cuDeviceGetName', text, text.length, device);
    const name = Buffer.from(text.subarray(0, text.indexOf(0))).toString();
    const attribute = (which: number): number => driver.ask('cuDeviceGetAttribute', 4, which, device);
    const capability = attribute(CAPABILITY.major) + attribute(CAPABILITY.minor) / 10;
    const tooOld: Unavailable = {
      code: 'device-too-old',
      reason: `its compute capability is ${capability.toFixed(1)}, and the kernels need ${OLDEST}`,
      remedy: 'use --device webgpu or --device cpu',
    };
    return listing(id, `${name}, compute capability ${capability.toFixed(1)}`, {
      memory: memoryOf(driver, device),
      driver: version,
      hasBf16: capability >= FIRST_WITH_BF16,
      ...(capability < OLDEST ? { unavailable: tooOld } : {}),
    });
  } catch (error) {
    return listing(id, NAME, { driver: version, unavailable: unavailableBy(error) });
  }
}

/** 13010 is CUDA 13.1. */
function versionOf(number: number): string {
  return `CUDA ${Math.floor(number / 1000)}.${Math.floor((number % 1000) / 10)}`;
}

/** What is free is told of a context alone. */
function memoryOf(driver: CudaDriver, device: number): { readonly free: number; readonly total: number } {
  const [free, total] = [new BigUint64Array(1), new BigUint64Array(1)];
  CudaContext.within(driver, device, () => {
    driver.call('cuMemGetInfo_v2', free, total);
  });
  return { free: Number(free[0]), total: Number(total[0]) };
}

/** @throws SftError what makes it unavailable */
function opened(id: string, { bf16 = false }: OpenOptions): CudaDevice {
  const { name } = chooseDevice(id, listed(true));
  const found = findCuda();
  if ('reason' in found) throw unavailableError(found);
  const ordinal = Number(id.slice(KIND.length + 1));
  const context = new CudaContext(loadDriver(found.driver), ordinal, readKernels(found.kernels), bf16);
  return new CudaDevice(context, name);
}

function listing(
  id: string,
  name: string,
  // Of a card that nobody has looked at, what most have.
  {
    hasBf16 = true,
    ...more
  }: Partial<Pick<DeviceListing, 'memory' | 'driver' | 'unavailable'>> & { hasBf16?: boolean } = {},
): DeviceInfo {
  return {
    id,
    kind: KIND,
    name,
    ...more,
    onRequest: true,
    hasOwnMemory: true,
    supports: {
      compute: hasBf16 ? ['f32', 'bf16'] : ['f32'],
      weights: ['dense', 'nf4'],
      optimizers: ['adamw', 'adamw_8bit'],
    },
    traits: CUDA_TRAITS,
  };
}
