import { chooseDevice } from './choose-device';
import { cpuProvider } from './cpu/cpu-provider';
import { cudaProvider } from './cuda/cuda-provider';
import type { Device } from './device';
import type { DeviceInfo, DeviceProvider, OpenOptions } from './provider';
import { tfjsProvider } from './tfjs/tfjs-provider';
import { webGpuProvider } from './webgpu/webgpu-provider';

/** Every kind of device, in the order in which `auto` takes them. */
const PROVIDERS: readonly DeviceProvider[] = [cpuProvider, cudaProvider, webGpuProvider, tfjsProvider];

/**
 * What is there, in the order of `auto`, with what keeps the others from running. Nothing is opened.
 * @param named what a person named, or `all`: only devices that it may mean are looked at closely, since that may load a driver
 */
export async function listDevices(options: OpenOptions = {}, named = 'auto'): Promise<readonly DeviceInfo[]> {
  const listed = PROVIDERS.map((provider) => {
    const { kind } = provider;
    return provider.list(options, named === 'all' || named === kind || named.startsWith(`${kind}:`));
  });
  return (await Promise.all(listed)).flat();
}

/**
 * What a name of a device means on this machine: see `chooseDevice`.
 * @throws SftError no-such-device, or what makes the device unavailable
 */
export async function findDevice(name: string, options: OpenOptions = {}): Promise<DeviceInfo> {
  return chooseDevice(name, await listDevices(options, name));
}

/**
 * Opens the device that a name means.
 * @throws SftError as `findDevice`, and what opening finds
 */
export async function openDevice(name: string, options: OpenOptions = {}): Promise<Device> {
  return openListed(await findDevice(name, options), options);
}

/** Opens a device that was found. @throws SftError what opening finds */
export function openListed({ id, kind }: DeviceInfo, options: OpenOptions = {}): Promise<Device> {
  return PROVIDERS.find((provider) => provider.kind === kind)!.open(id, options);
}
