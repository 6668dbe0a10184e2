import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType } from '../memory';
import type { Address } from './bindings';

/** Codes of enum sft_dtype. */
export const DTYPE_CODE: Readonly<Record<DType, number>> = { f32: 0, bf16: 1, f16: 2, i32: 3, u8: 4 };

/** A stretch of native memory, or of a mapped file: what lives and dies as one. */
export class Allocation {
  readonly owner: object;
  readonly address: Address;
  readonly bytes: number;
  /** What to call it in an error. */
  readonly label: string;
  released = false;

  constructor(owner: object, address: Address, bytes: number, label: string) {
    this.owner = owner;
    this.address = address;
    this.bytes = bytes;
    this.label = label;
  }
}

/** Elements of one type within an allocation. */
export class CpuBuffer implements DeviceBuffer {
  readonly allocation: Allocation;
  readonly dtype: DType;
  readonly length: number;
  readonly #address: Address;

  constructor(allocation: Allocation, byteOffset: number, dtype: DType, length: number) {
    this.allocation = allocation;
    this.#address = allocation.address + byteOffset;
    this.dtype = dtype;
    this.length = length;
  }

  /** @throws RangeError once the memory was freed or the file closed */
  get address(): Address {
    if (this.allocation.released) throw new RangeError(`${this.allocation.label} is used after it was released`);
    return this.#address;
  }

  /** @throws RangeError where the window leaves this buffer */
  slice(offset: number, length: number): CpuBuffer {
    const inside = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0;
    if (!inside || offset + length > this.length) {
      throw new RangeError(`slice ${offset}+${length} leaves a buffer of ${this.length}`);
    }
    const start = this.#address - this.allocation.address;
    return new CpuBuffer(this.allocation, start + offset * BYTES_PER_ELEMENT[this.dtype], this.dtype, length);
  }
}

/** @throws RangeError where the buffer belongs to another kind of device */
export function cpuBuffer(buffer: DeviceBuffer): CpuBuffer {
  if (!(buffer instanceof CpuBuffer)) throw new RangeError('the buffer belongs to another device');
  return buffer;
}
