import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType } from './memory';

/** A stretch of a device's own memory that lives and dies as one. */
export class HeldAllocation<Held> {
  released = false;

  /**
   * @param bytes as asked for
   * @param label what to call it in an error
   * @param hold gives what the device knows it by
   */
  constructor(
    readonly owner: object,
    readonly bytes: number,
    readonly label: string,
    private readonly hold: () => Held,
  ) {}

  get held(): Held {
    return this.hold();
  }
}

/** Elements of one type within an allocation. */
export class HeldBuffer<A extends HeldAllocation<unknown>> implements DeviceBuffer {
  readonly #allocation: A;

  constructor(
    allocation: A,
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
  get allocation(): A {
    if (this.#allocation.released) throw new RangeError(`${this.#allocation.label} is used after it was released`);
    return this.#allocation;
  }

  /** @throws RangeError where the window leaves this buffer */
  slice(offset: number, length: number): HeldBuffer<A> {
    const inside = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0;
    if (!inside || offset + length > this.length) {
      throw new RangeError(`slice ${offset}+${length} leaves a buffer of ${this.length}`);
    }
    const start = this.byteOffset + offset * BYTES_PER_ELEMENT[this.dtype];
    return new HeldBuffer(this.#allocation, start, this.dtype, length);
  }

  /** Whether it lies in an allocation of this class, released or not. */
  liesIn<B extends HeldAllocation<unknown>>(kind: abstract new (...args: never[]) => B): this is HeldBuffer<B> {
    return this.#allocation instanceof kind;
  }
}
