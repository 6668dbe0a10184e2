import { chooseDevice } from './choose-device';
import { cpuProvider } from './cpu/cpu-provider';
import type { Device } from './device';
import type { DeviceInfo, DeviceProvider, OpenOptions } from './provider';

/** Every kind of device, in the order in which `auto` takes them. */
const PROVIDERS: readonly DeviceProvider[] = [cpuProvider];

/** What is there, the fastest first, with what keeps the others from running. Nothing is opened. */
export async function listDevices(options: OpenOptions = {}): Promise<readonly DeviceInfo[]> {
  return (await Promise.all(PROVIDERS.map((provider) => provider.list(options)))).flat();
}

/**
 * What a name of a device means on this machine: see `chooseDevice`.
 * @throws SftError no-such-device, or what makes the device unavailable
 */
export async function findDevice(name: string, options: OpenOptions = {}): Promise<DeviceInfo> {
  return chooseDevice(name, await listDevices(options));
}

/**
 * Opens the device that a name means.
 * @throws SftError as `findDevice`, and what opening finds
 */
export async function openDevice(name: string, options: OpenOptions = {}): Promise<Device> {
  const { id, kind } = await findDevice(name, options);
  return PROVIDERS.find((provider) => provider.kind === kind)!.open(id, options);
}
