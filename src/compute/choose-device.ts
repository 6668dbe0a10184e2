import { SftError } from '../base/errors';
import type { DeviceListing } from './provider';
import { unavailableError } from './unavailable';

/**
 * The device that a name means: `auto` the first that is available and need not be asked for, a kind its first device, else the device of
 * that id. Where a kind is listed as a whole, because none of its devices can be, that is what its ids mean.
 * @throws SftError no-such-device, or what makes the device unavailable
 */
export function chooseDevice<T extends DeviceListing>(name: string, devices: readonly T[]): T {
  const meant =
    name === 'auto'
      ? (devices.find((device) => device.unavailable === undefined && device.onRequest !== true) ?? devices[0])
      : (devices.find(({ id }) => id === name) ??
        devices.find(({ kind }) => kind === name) ??
        devices.find(({ id, kind }) => id === kind && name.startsWith(`${kind}:`)));
  if (meant === undefined) {
    const here = ['auto', ...devices.filter((device) => device.unavailable === undefined).map(({ id }) => id)];
    throw new SftError('no-such-device', `there is no device ${JSON.stringify(name)} here`, {
      remedy: `use ${here.join(' or ')}; sft devices lists what is here`,
      exitCode: 2,
    });
  }
  const { unavailable } = meant;
  if (unavailable === undefined) return meant;
  throw unavailableError(unavailable);
}
