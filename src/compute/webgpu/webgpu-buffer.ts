import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType } from '../memory';
import type { GpuBuffer } from './binding';

let allocations = 0;

/** A stretch of a device's memory that lives and dies as one. */
export class Allocation {
  /** Of this one alone. */
  readonly id = allocations++;
  released = false;
  /** The keys of the groups of bindings in which it is. */
  readonly bound = new Set<string>();

  /**
   * @param bytes as asked for
   * @param label what to call it in an error
   * @param hold gives the buffer behind it
   */
  constructor(
    readonly owner: object,
    readonly bytes: number,
    readonly label: string,
    private readonly hold: () => GpuBuffer,
  ) {}

  /** What the buffer behind it holds: kernels and copies work on words. */
  get paddedBytes(): number {
    return paddedBytes(this.bytes);
  }

  get gpuBuffer(): GpuBuffer {
    return this.hold();
  }
}

/** Bytes of a buffer that holds so many. */
export function paddedBytes(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/** Elements of one type within an allocation. */
export class WebGpuBuffer implements DeviceBuffer {
  readonly #allocation: Allocation;

  constructor(
    allocation: Allocation,
    /** Of its first element in the allocation. */
    readonly byteOffset: number,
    readonly dtype: DType,
    readonly length: number,
  ) {
    this.#allocation = allocation;
  }

  get bytes(): number {
    return this.length * BYTES_PER_ELEMENT[this.dtype];
  }

  /** @throws RangeError once the memory was freed or the file closed */
  get allocation(): Allocation {
    if (this.#allocation.released) throw new RangeError(`${this.#allocation.label} is used after it was released`);
    return this.#allocation;
  }

  /** @throws RangeError where the window leaves this buffer */
  slice(offset: number, length: number): WebGpuBuffer {
    const inside = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0;
    if (!inside || offset + length > this.length) {
      throw new RangeError(`slice ${offset}+${length} leaves a buffer of ${this.length}`);
    }
    const start = this.byteOffset + offset * BYTES_PER_ELEMENT[this.dtype];
    return new WebGpuBuffer(this.#allocation, start, this.dtype, length);
  }
}

/** @throws RangeError where the buffer belongs to another kind of device */
export function webGpuBuffer(buffer: DeviceBuffer): WebGpuBuffer {
  if (!(buffer instanceof WebGpuBuffer)) throw new RangeError('the buffer belongs to another device');
  return buffer;
}
