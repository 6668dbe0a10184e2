import { checkRead, checkWritten, outOfHostMemory } from '../host-checks';
import { HeldAllocation, HeldBuffer } from '../held-buffer';
import type { DeviceBuffer, HostArray } from '../memory';
import { OwnMemory } from '../own-memory';
import { widen } from './floats';

/** Memory of this process. */
export class HostAllocation extends HeldAllocation<ArrayBuffer> {}

type HostBuffer = HeldBuffer<HostAllocation>;

/** @throws RangeError where the buffer belongs to another kind of device */
function hostBuffer(buffer: DeviceBuffer): HostBuffer {
  if (buffer instanceof HeldBuffer && buffer.liesIn(HostAllocation)) return buffer;
  throw new RangeError('the buffer belongs to another device');
}

type View<T extends HostArray> = new (memory: ArrayBuffer, byteOffset: number, length: number) => T;

/** What a buffer holds, in its place. @throws RangeError as `hostBuffer`, and once it was freed or its file closed */
function viewOf<T extends HostArray>(type: View<T>, buffer: DeviceBuffer): T {
  const { allocation, byteOffset, length } = hostBuffer(buffer);
  return new type(allocation.held, byteOffset, length);
}

export const floatsOf = (buffer: DeviceBuffer): Float32Array => viewOf(Float32Array, buffer);
export const integersOf = (buffer: DeviceBuffer): Int32Array => viewOf(Int32Array, buffer);
export const halvesOf = (buffer: DeviceBuffer): Uint16Array => viewOf(Uint16Array, buffer);
export const bytesOf = (buffer: DeviceBuffer): Uint8Array => viewOf(Uint8Array, buffer);

/** What a buffer of any float type holds, as fp32: in its place where it is that. */
export function wideOf(buffer: DeviceBuffer): Float32Array {
  const { dtype } = buffer;
  return dtype === 'bf16' || dtype === 'f16' ? widen(dtype, halvesOf(buffer)) : floatsOf(buffer);
}

/** Memory of a device whose kernels take what they need from this process and put their results back. */
export class HostMemory extends OwnMemory<ArrayBuffer, HostAllocation> {
  /** @throws RangeError where type or length differ */
  write(buffer: DeviceBuffer, data: HostArray): void {
    checkWritten(buffer, data);
    viewOf<HostArray>(data.constructor as View<HostArray>, buffer).set(data);
  }

  /** @throws RangeError for a buffer of integers */
  readFloats(buffer: DeviceBuffer): Float32Array {
    checkRead(buffer, 'f32', 'bf16', 'f16');
    const values = wideOf(buffer);
    return buffer.dtype === 'f32' ? values.slice() : values;
  }

  /** @throws RangeError unless the buffer is bf16 or f16 */
  readBits(buffer: DeviceBuffer): Uint16Array {
    checkRead(buffer, 'bf16', 'f16');
    return halvesOf(buffer).slice();
  }

  /** @throws RangeError unless the buffer is u8 */
  readBytes(buffer: DeviceBuffer): Uint8Array {
    checkRead(buffer, 'u8');
    return bytesOf(buffer).slice();
  }

  /** @throws SftError out-of-memory */
  create(bytes: number): ArrayBuffer {
    try {
      // In whole words, as files of weights are copied.
      return new ArrayBuffer(Math.ceil(bytes / 4) * 4);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw outOfHostMemory(bytes);
    }
  }

  allocation(owner: object, bytes: number, label: string, hold: () => ArrayBuffer): HostAllocation {
    return new HostAllocation(owner, bytes, label, hold);
  }

  upload(memory: ArrayBuffer, offset: number, data: Uint8Array): void {
    new Uint8Array(memory).set(data, offset);
  }

  drop(): void {
    // What nobody holds any more is collected.
  }

  protected own(buffer: DeviceBuffer): HostBuffer {
    return hostBuffer(buffer);
  }
}
