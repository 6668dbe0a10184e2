import { chooseDevice } from '../compute/choose-device';
import type { DeviceInfo } from '../compute/provider';
import { listDevices } from '../compute/registry';
import type { ResolvedConfig } from '../config/config-schema';
import type { RunPlace } from '../engines/engine';
import { engineOf } from '../engines/registry';
import type { DeviceAccess } from './worker/worker-options';

/**
 * The device that a run of this configuration computes on.
 * @throws SftError no-such-device, or what makes the device unavailable
 */
export async function runDevice(
  config: Pick<ResolvedConfig, 'device' | 'threads'>,
  devices?: readonly DeviceInfo[],
): Promise<DeviceInfo> {
  return chooseDevice(config.device, devices ?? (await listRunDevices(config)));
}

/** All devices, as a run of this configuration would open them. */
export function listRunDevices({
  device,
  threads,
}: Pick<ResolvedConfig, 'device' | 'threads'>): Promise<readonly DeviceInfo[]> {
  return listDevices(threads === null ? {} : { threads }, device);
}

/**
 * What a run computes on: what its engine has, or else the device of this process.
 * @throws SftError where it cannot be used
 */
export function findDevice(place: Omit<RunPlace, 'run'>, own: Pick<DeviceAccess, 'find'>): Promise<DeviceInfo> {
  return engineOf(place.config).find?.(place) ?? own.find();
}
