import { HeldAllocation, HeldBuffer } from '../held-buffer';
import type { DeviceBuffer } from '../memory';
import type { GpuBuffer } from './binding';

let allocations = 0;

/** Memory of a device of WebGPU: a buffer of its own. */
export class Allocation extends HeldAllocation<GpuBuffer> {
  /** Of this one alone. */
  readonly id = allocations++;
  /** The keys of the groups of bindings in which it is. */
  readonly bound = new Set<string>();

  /** What the buffer behind it holds: kernels and copies work on words. */
  get paddedBytes(): number {
    return paddedBytes(this.bytes);
  }
}

export type WebGpuBuffer = HeldBuffer<Allocation>;

/** Bytes of a buffer that holds so many. */
export function paddedBytes(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/** @throws RangeError where the buffer belongs to another kind of device */
export function webGpuBuffer(buffer: DeviceBuffer): WebGpuBuffer {
  if (buffer instanceof HeldBuffer && buffer.liesIn(Allocation)) return buffer;
  throw new RangeError('the buffer belongs to another device');
}
