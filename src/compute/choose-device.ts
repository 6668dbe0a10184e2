import { SftError } from '../base/errors';
import type { DeviceListing } from './provider';

/**
 * The device that a name means: `auto` the first that is available and need not be asked for, a kind its first device, else the device of
 * that id.
 * @throws SftError no-such-device, or what makes the device unavailable
 */
export function chooseDevice<T extends DeviceListing>(name: string, devices: readonly T[]): T {
  const meant =
    name === 'auto'
      ? (devices.find((device) => device.unavailable === undefined && device.onRequest !== true) ?? devices[0])
      : (devices.find(({ id }) => id === name) ?? devices.find(({ kind }) => kind === name));
  if (meant === undefined) {
    const here = ['auto', ...devices.filter((device) => device.unavailable === undefined).map(({ id }) => id)];
    throw new SftError('no-such-device', `there is no device ${JSON.stringify(name)} here`, {
      remedy: `use ${here.join(' or ')}; sft devices lists what is here`,
      exitCode: 2,
    });
  }
  const { unavailable } = meant;
  if (unavailable === undefined) return meant;
  const { code, reason, remedy } = unavailable;
  throw new SftError(code, reason, { exitCode: 2, ...(remedy === undefined ? {} : { remedy }) });
}
