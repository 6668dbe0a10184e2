import type { DeviceInfo, DeviceListing, Unavailable } from '../compute/provider';
import { listDevices } from '../compute/registry';
import { gigabytes } from '../runs/preflight/memory';
import type { Invocation, Verb } from './verb';
import { usageError } from './parse';

async function run({ positionals, json, terminal }: Invocation): Promise<0 | 1> {
  if (positionals.length > 0) throw usageError('devices takes no arguments', 'write sft devices');
  const devices = await listDevices({}, 'all');
  if (json) {
    terminal.out(JSON.stringify(devices.map(printed)));
  } else {
    for (const { id, name, memory, unavailable } of devices) {
      const free = memory === undefined ? '' : `, ${gigabytes(memory.free)} of ${gigabytes(memory.total)} free`;
      terminal.out(`${id}  ${unavailable === undefined ? `${name}${free}` : `not available: ${whyNot(unavailable)}`}`);
    }
  }
  return devices.some((device) => device.unavailable === undefined) ? 0 : 1;
}

/** One device of `sft devices --json`: the listing, and in words whether it can be used. */
function printed({ traits: _, ...listing }: DeviceInfo): DeviceListing & Record<string, unknown> {
  const { name, unavailable } = listing;
  const reason = unavailable === undefined ? {} : { reason: whyNot(unavailable) };
  return { ...listing, description: name, available: unavailable === undefined, ...reason };
}

function whyNot({ reason, remedy }: Unavailable): string {
  return remedy === undefined ? reason : `${reason} - ${remedy}`;
}

export const devicesVerb: Verb = {
  name: 'devices',
  summary: 'show what can compute on this machine',
  usage: 'sft devices [--json]',
  options: {},
  teach: `Training is mostly matrix products. Each device listed here can compute them; --device auto, which every
command uses unless told otherwise, takes the first one that is available.

The cpu device needs nothing but the processor. It picks the widest vector instructions the processor has (AVX-512, AVX2
or NEON) and one thread for each core. A model of 135 million weights trains well on it; one of a billion takes patience.

The cuda devices are NVIDIA graphics cards, the webgpu devices those of any vendor; they need the npm package webgpu.
Both are used only when named (--device cuda). They were tested against the reference in software that emulates
a card, not yet on a real one.

The tfjs device is TensorFlow.js, which is included and needs no compiler: it is used where nothing
else runs, and is slow.

  sft devices
  sft devices --json`,
  run,
};
