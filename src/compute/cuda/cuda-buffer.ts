import { HeldAllocation, HeldBuffer } from '../held-buffer';
import type { DeviceBuffer } from '../memory';

/** Where something lies on the device. */
export type Address = number;

/** Memory of a device of CUDA. */
export class CudaAllocation extends HeldAllocation<Address> {}

export type CudaBuffer = HeldBuffer<CudaAllocation>;

/** @throws RangeError where the buffer belongs to another kind of device */
export function cudaBuffer(buffer: DeviceBuffer): CudaBuffer {
  if (buffer instanceof HeldBuffer && buffer.liesIn(CudaAllocation)) return buffer;
  throw new RangeError('the buffer belongs to another device');
}

/** Of its first element. @throws RangeError as `cudaBuffer`, and once it was freed or its file closed */
export function addressOf(buffer: DeviceBuffer): Address {
  const { allocation, byteOffset } = cudaBuffer(buffer);
  return allocation.held + byteOffset;
}
