import type { Device } from '../compute/device';
import { findDevice, listDevices, openListed } from '../compute/registry';
import type { OpenOptions } from '../compute/provider';
import type { ResolvedConfig } from '../config/config-schema';
import type { DeviceAccess } from '../runs/worker/worker-options';
import { testDevice } from '../train/self-test';
import { numberOption, textOption } from './option-values';
import type { OptionHelp, OptionValues } from './verb';

/** The options of every verb that computes. */
export const DEVICE_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  device: { type: 'string', value: 'D', help: 'auto, or a device that `sft devices` lists (auto)' },
  threads: { type: 'string', value: 'N', help: 'processor threads (all cores)' },
};

/**
 * A device that `auto` never takes, because nobody has seen its kind on hardware, is held against the processor before it works.
 * @param bf16 whether it computes in bf16, where it can
 * @throws SftError usage, device-computes-wrongly, and what the device says when it cannot start
 */
export async function openDeviceOption(options: OptionValues, bf16 = false): Promise<Device> {
  const { name, open: shared } = deviceChoice(options);
  const open = { ...shared, bf16 };
  const found = await findDevice(name, open);
  const device = await openListed(found, open);
  if (found.onRequest === true) {
    const processor = (await listDevices(open, 'cpu')).find(({ kind }) => kind === 'cpu')!;
    if (processor.unavailable === undefined) await testDevice(device, await openListed(processor, open));
  }
  return device;
}

/** What computes for a configuration: as the options say, else as the configuration does. It is known before it is opened. */
export function deviceOf(
  { device, threads, bf16 }: Pick<ResolvedConfig, 'device' | 'threads' | 'bf16'>,
  options: OptionValues,
): DeviceAccess {
  const all = { device, ...(threads === null ? {} : { threads: String(threads) }), ...options };
  return {
    find: async () => {
      const { name, open } = deviceChoice(all);
      return findDevice(name, open);
    },
    // A device has nothing to close yet: what was allocated is freed by whoever allocated it.
    open: async () => ({ device: await openDeviceOption(all, bf16), close: () => undefined }),
  };
}

/** @throws SftError usage */
function deviceChoice(options: OptionValues): { readonly name: string; readonly open: OpenOptions } {
  const threads = numberOption(options, 'threads', 0, { min: 0, max: 1024, integer: true });
  return { name: textOption(options, 'device') ?? 'auto', open: threads === 0 ? {} : { threads } };
}

/** The options of DEVICE_OPTIONS that were given, as words for another process. */
export function deviceWords(options: OptionValues): string[] {
  return Object.keys(DEVICE_OPTIONS).flatMap((name) => {
    const value = textOption(options, name);
    return value === undefined ? [] : [`--${name}`, value];
  });
}
