import type { DeviceListing } from '../compute/provider';
import { listDevices } from '../compute/registry';
import type { ResolvedConfig } from '../config/config-schema';
import { deviceOf } from './open-device';
import { textOption } from './option-values';
import type { OptionValues } from './verb';

type Load<T> = (file: string, devices: readonly DeviceListing[], device?: ResolvedConfig['device']) => Promise<T>;

/** A configuration, checked on the device of the options where they name one. @param load how it is read */
export async function loadChecked<T>(load: Load<T>, file: string, options: OptionValues): Promise<T> {
  const named = textOption(options, 'device');
  // One that is not there is the mistake of the command, not of the file.
  const found = named === undefined ? undefined : await deviceOf({ device: 'auto', threads: null }, options).find();
  const device = named === 'auto' ? named : (found?.kind as ResolvedConfig['device'] | undefined);
  return load(file, await listDevices(), device);
}
