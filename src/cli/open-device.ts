import { createCpuDevice } from '../compute/cpu/cpu-device';
import type { Device } from '../compute/device';
import { SftError } from '../base/errors';
import { numberOption, textOption } from './option-values';
import type { OptionHelp, OptionValues } from './verb';

/** The options of every verb that computes. */
export const DEVICE_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  device: { type: 'string', value: 'D', help: 'auto or cpu (auto); `sft devices` lists what is here' },
  threads: { type: 'string', value: 'N', help: 'processor threads (all cores)' },
};

/** @throws SftError usage, and what the device says when it cannot start */
export function openDevice(options: OptionValues): Device {
  const name = textOption(options, 'device') ?? 'auto';
  if (name !== 'auto' && name !== 'cpu') {
    throw new SftError('usage', `there is no device ${JSON.stringify(name)}`, {
      remedy: 'use --device auto or --device cpu',
      exitCode: 2,
    });
  }
  const threads = numberOption(options, 'threads', 0, { min: 0, max: 1024, integer: true });
  return createCpuDevice(threads === 0 ? {} : { threads });
}
