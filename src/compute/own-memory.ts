import { CopiedTensor, CopiedWeights, type WeightMemory } from './copied-weights';
import { HeldBuffer, type HeldAllocation } from './held-buffer';
import { checkFreed } from './host-checks';
import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType, type WeightFile } from './memory';
import { size } from './shapes';

/** Memory of a device that has its own, apart from the machine's: what it gave out. How it is had, is up to each kind of device. */
export abstract class OwnMemory<Held, A extends HeldAllocation<Held>> implements WeightMemory<Held, A> {
  #allocated = 0;
  #scratch: HeldBuffer<A> | undefined;

  constructor(readonly transferBytes: number) {}

  get allocatedBytes(): number {
    return this.#allocated;
  }

  /** @throws SftError out-of-memory */
  alloc(dtype: DType, length: number): HeldBuffer<A> {
    const buffer = this.take(dtype, size('length', length));
    this.#allocated += buffer.bytes;
    return buffer;
  }

  /** @throws RangeError for a slice, a buffer of a file or of another device, or one that was freed */
  free(given: DeviceBuffer): void {
    const { allocation, byteOffset, bytes } = this.own(given);
    checkFreed(allocation.owner === this && byteOffset === 0 && bytes === allocation.bytes);
    this.#allocated -= bytes;
    this.release(allocation);
  }

  /** fp32 for the steps of one kernel: the next one takes the same memory. */
  scratch(length: number): HeldBuffer<A> {
    if (this.#scratch === undefined || this.#scratch.length < length) {
      if (this.#scratch !== undefined) this.release(this.#scratch.allocation);
      this.#scratch = undefined;
      this.#scratch = this.take('f32', Math.max(1 << 16, length));
    }
    return this.#scratch.slice(0, length);
  }

  /** @throws SftError unreadable-file */
  openWeights(path: string): WeightFile {
    return new CopiedWeights(this, path);
  }

  advise(buffer: DeviceBuffer, use: 'soon' | 'done'): void {
    const { allocation, byteOffset, bytes } = this.own(buffer);
    const { owner } = allocation;
    // A tensor is read in pieces from its beginning, and its copy goes as a whole: with the last of them.
    const isLast = byteOffset + bytes === allocation.bytes;
    if (use === 'done' && isLast && owner instanceof CopiedTensor) owner.drop();
  }

  abstract create(bytes: number): Held;
  abstract allocation(owner: object, bytes: number, label: string, hold: () => Held): A;
  abstract upload(held: Held, offset: number, data: Uint8Array): void;
  abstract drop(allocation: A, held: Held): void;

  /** The buffer as one of this kind of device. @throws RangeError where it is of another */
  protected abstract own(buffer: DeviceBuffer): HeldBuffer<A>;

  /** Memory that `allocatedBytes` does not count, until it is released. */
  protected take(dtype: DType, length: number): HeldBuffer<A> {
    const bytes = length * BYTES_PER_ELEMENT[dtype];
    const held = this.create(bytes);
    return new HeldBuffer(
      this.allocation(this, bytes, `a buffer of ${length} ${dtype}`, () => held),
      0,
      dtype,
      length,
    );
  }

  protected release(allocation: A): void {
    const { held } = allocation;
    allocation.released = true;
    this.drop(allocation, held);
  }
}
