import { SftError } from '../base/errors';
import { chooseDevice } from '../compute/choose-device';
import type { DeviceListing } from '../compute/provider';
import type { Config } from './config-schema';
import { removeKey, setKey, type Repair } from './repair';

/** A key that asks for what the device of a run does not offer. */
export interface Unsupported {
  readonly key: keyof Config;
  readonly reason: string;
  readonly remedy: string;
  readonly repairs: readonly Repair[];
}

/**
 * What a configuration asks for and its device does not offer, as the devices themselves say.
 * @param devices all that are there; where none are known, nothing is found
 */
export function* unsupported(config: Config, devices: readonly DeviceListing[]): Generator<Unsupported> {
  let device = devices[0];
  // Another engine has devices of its own.
  if (device === undefined || (config.engine ?? 'builtin') !== 'builtin') return;
  try {
    device = chooseDevice(config.device ?? 'auto', devices);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    const repairs = config.device === undefined ? [] : [setKey('device', 'auto'), removeKey('device')];
    yield { key: 'device', reason: error.message, remedy: error.remedy ?? 'set "device": "auto"', repairs };
    // The rest is held against what would be taken in its place, so that all is told at once.
    device = devices.find(({ unavailable }) => unavailable === undefined) ?? device;
  }
  yield* unsupportedOn(config, device);
}

/** What a configuration asks for and this device does not offer. */
export function* unsupportedOn(config: Config, { kind, supports }: DeviceListing): Generator<Unsupported> {
  const refuse = (key: keyof Config, instead: string | boolean, reason: string, remedy: string): Unsupported => ({
    key,
    reason: `${key} ${JSON.stringify(config[key])}: the ${kind} device ${reason}`,
    remedy: `set "${key}": ${JSON.stringify(instead)}${remedy}`,
    repairs: [setKey(key, instead), removeKey(key)],
  });
  if (config.load_in_4bit === true && !supports.weights.includes('nf4')) {
    yield refuse('load_in_4bit', false, 'does not support 4-bit weights', '');
  }
  if (config.optim === 'adamw_8bit' && !supports.optimizers.includes('adamw_8bit')) {
    yield refuse('optim', 'adamw', 'does not support 8-bit optimizer state', ', the same rule with exact state');
  }
}
