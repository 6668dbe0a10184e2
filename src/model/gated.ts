import type { DeviceBuffer } from '../compute/memory';
import type { Recorder } from '../compute/recorder';
import type { LlamaConfig } from './llama-config';

/** h = act(gate) * up, elementwise. */
export function gated(
  r: Recorder,
  { activation }: LlamaConfig,
  h: DeviceBuffer,
  gate: DeviceBuffer,
  up: DeviceBuffer,
): void {
  if (activation === 'gelu') r.geglu(h, gate, up);
  else r.swiglu(h, gate, up);
}

/** Overwrites gate and up with their gradients. */
export function gatedBackward(
  r: Recorder,
  { activation }: LlamaConfig,
  dh: DeviceBuffer,
  gate: DeviceBuffer,
  up: DeviceBuffer,
): void {
  if (activation === 'gelu') r.gegluBackward(gate, up, dh, gate, up);
  else r.swigluBackward(gate, up, dh, gate, up);
}
