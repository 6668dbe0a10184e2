import { CopiedTensor, CopiedWeights, type WeightMemory } from '../copied-weights';
import { HeldBuffer } from '../held-buffer';
import { checkFreed, checkRead, checkWritten } from '../host-checks';
import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType, type HostArray, type WeightFile } from '../memory';
import { size } from '../shapes';
import type { CudaContext } from './context';
import { addressOf, CudaAllocation, cudaBuffer, type Address, type CudaBuffer } from './cuda-buffer';

/** Memory of one device: what it gave out, and what goes in and out of it. */
export class CudaMemory implements WeightMemory<Address, CudaAllocation> {
  #allocated = 0;
  #scratch: CudaBuffer | undefined;

  constructor(
    private readonly context: CudaContext,
    readonly transferBytes: number,
  ) {}

  get allocatedBytes(): number {
    return this.#allocated;
  }

  /** @throws SftError out-of-memory */
  alloc(dtype: DType, length: number): CudaBuffer {
    const buffer = this.#alloc(dtype, size('length', length));
    this.#allocated += buffer.bytes;
    if (length > 0) this.context.clear(addressOf(buffer), buffer.bytes);
    return buffer;
  }

  /** @throws RangeError for a slice, a buffer of a file or of another device, or one that was freed */
  free(given: DeviceBuffer): void {
    const { allocation, byteOffset, bytes } = cudaBuffer(given);
    checkFreed(allocation.owner === this && byteOffset === 0 && bytes === allocation.bytes);
    this.#allocated -= bytes;
    this.#release(allocation);
  }

  /** Memory for the steps of one kernel, fp32 unless `bytes` says otherwise: the next one takes the same. */
  scratch(length: number): CudaBuffer {
    if (this.#scratch === undefined || this.#scratch.length < length) {
      if (this.#scratch !== undefined) this.#release(this.#scratch.allocation);
      this.#scratch = undefined;
      this.#scratch = this.#alloc('f32', Math.max(1 << 16, length));
    }
    return this.#scratch.slice(0, length);
  }

  /** @throws SftError unreadable-file */
  openWeights(path: string): WeightFile {
    return new CopiedWeights(this, path);
  }

  advise(buffer: DeviceBuffer, use: 'soon' | 'done'): void {
    const { allocation, byteOffset, bytes } = cudaBuffer(buffer);
    const { owner } = allocation;
    // A tensor is read in pieces from its beginning, and its copy goes as a whole: with the last of them.
    const isLast = byteOffset + bytes === allocation.bytes;
    if (use === 'done' && isLast && owner instanceof CopiedTensor) owner.drop();
  }

  /** @throws RangeError where type or length differ */
  write(buffer: DeviceBuffer, data: HostArray): void {
    checkWritten(buffer, data);
    const address = addressOf(buffer);
    if (data.length > 0) this.context.upload(address, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** What an f32 buffer holds. */
  async readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    return this.#read(buffer, new Float32Array(buffer.length));
  }

  /** @throws RangeError unless the buffer is bf16 or f16 */
  async readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    checkRead(buffer, 'bf16', 'f16');
    return this.#read(buffer, new Uint16Array(buffer.length));
  }

  /** @throws RangeError unless the buffer is u8 */
  async readBytes(buffer: DeviceBuffer): Promise<Uint8Array> {
    checkRead(buffer, 'u8');
    return this.#read(buffer, new Uint8Array(buffer.length));
  }

  /** fp32 of the same length for a moment, for a buffer of another float type. @throws RangeError for a buffer of integers */
  async withFloats<T>(buffer: DeviceBuffer, use: (wide: CudaBuffer) => Promise<T>): Promise<T> {
    checkRead(buffer, 'f32', 'bf16', 'f16');
    const wide = this.#alloc('f32', buffer.length);
    try {
      return await use(wide);
    } finally {
      this.#release(wide.allocation);
    }
  }

  create(bytes: number): Address {
    return this.context.alloc(Math.max(16, Math.ceil(bytes / 16) * 16));
  }

  allocation(owner: object, bytes: number, label: string, hold: () => Address): CudaAllocation {
    return new CudaAllocation(owner, bytes, label, hold);
  }

  upload(address: Address, offset: number, data: Uint8Array): void {
    this.context.upload(address + offset, data);
  }

  drop(_allocation: CudaAllocation, address: Address): void {
    this.context.free(address);
  }

  #alloc(dtype: DType, length: number): CudaBuffer {
    const bytes = length * BYTES_PER_ELEMENT[dtype];
    const address = this.create(bytes);
    const allocation = new CudaAllocation(this, bytes, `a buffer of ${length} ${dtype}`, () => address);
    return new HeldBuffer(allocation, 0, dtype, length);
  }

  #release(allocation: CudaAllocation): void {
    const { held } = allocation;
    allocation.released = true;
    this.context.free(held);
  }

  async #read<T extends HostArray>(buffer: DeviceBuffer, into: T): Promise<T> {
    const address = addressOf(buffer);
    if (into.length > 0) await this.context.download(into, address);
    return into;
  }
}
