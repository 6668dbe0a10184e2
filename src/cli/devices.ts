import { createCpuDevice } from '../compute/cpu/cpu-device';
import { SftError } from '../base/errors';
import type { Invocation, Verb } from './verb';
import { usageError } from './parse';

/** One line of `sft devices`. */
export interface DeviceListing {
  readonly kind: 'cpu';
  readonly description: string;
  readonly available: boolean;
  /** Why it is not available, and what to do. */
  readonly reason?: string;
}

/** Every device of this version, the fastest first. A device is available when it starts, not when it is expected to. */
export function listDevices(): DeviceListing[] {
  try {
    return [{ kind: 'cpu', description: createCpuDevice().description, available: true }];
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    const reason = error.remedy === undefined ? error.message : `${error.message} - ${error.remedy}`;
    return [{ kind: 'cpu', description: 'the processor of this machine', available: false, reason }];
  }
}

function run({ positionals, json, terminal }: Invocation): Promise<0 | 1> {
  if (positionals.length > 0) throw usageError('devices takes no arguments', 'write sft devices');
  const devices = listDevices();
  if (json) {
    terminal.out(JSON.stringify(devices));
  } else {
    for (const { kind, description, reason } of devices) {
      terminal.out(reason === undefined ? `${kind}  ${description}` : `${kind}  not available: ${reason}`);
    }
  }
  return Promise.resolve(devices.some((device) => device.available) ? 0 : 1);
}

export const devicesVerb: Verb = {
  name: 'devices',
  summary: 'show what can compute on this machine',
  usage: 'sft devices [--json]',
  options: {},
  teach: `Training is matrix products, many of them. Each device listed here can do them; --device auto, which is what every
verb does unless told otherwise, takes the first one that is available.

The cpu device needs nothing but the processor. It picks the widest vector instructions the processor has (AVX-512, AVX2
or NEON) and one thread for each core. A model of 135 million weights trains well on it; one of a billion is patient work.

  sft devices
  sft devices --json`,
  run,
};
