import type { Device } from '../compute/device';
import { openDevice } from '../compute/registry';
import { numberOption, textOption } from './option-values';
import type { OptionHelp, OptionValues } from './verb';

/** The options of every verb that computes. */
export const DEVICE_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  device: { type: 'string', value: 'D', help: 'auto, or one that `sft devices` lists (auto)' },
  threads: { type: 'string', value: 'N', help: 'processor threads (all cores)' },
};

/** @throws SftError usage, and what the device says when it cannot start */
export function openDeviceOption(options: OptionValues): Promise<Device> {
  const threads = numberOption(options, 'threads', 0, { min: 0, max: 1024, integer: true });
  return openDevice(textOption(options, 'device') ?? 'auto', threads === 0 ? {} : { threads });
}
