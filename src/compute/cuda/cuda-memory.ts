import { checkRead, checkWritten } from '../host-checks';
import type { DeviceBuffer, DType, HostArray } from '../memory';
import { OwnMemory } from '../own-memory';
import type { CudaContext } from './context';
import { addressOf, CudaAllocation, cudaBuffer, type Address, type CudaBuffer } from './cuda-buffer';

/** Memory of one device: what it gave out, and what goes in and out of it. */
export class CudaMemory extends OwnMemory<Address, CudaAllocation> {
  constructor(
    private readonly context: CudaContext,
    transferBytes: number,
  ) {
    super(transferBytes);
  }

  /** @throws SftError out-of-memory */
  override alloc(dtype: DType, length: number): CudaBuffer {
    const buffer = super.alloc(dtype, length);
    if (length > 0) this.context.clear(addressOf(buffer), buffer.bytes);
    return buffer;
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
    const wide = this.take('f32', buffer.length);
    try {
      return await use(wide);
    } finally {
      this.release(wide.allocation);
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

  protected own(buffer: DeviceBuffer): CudaBuffer {
    return cudaBuffer(buffer);
  }

  async #read<T extends HostArray>(buffer: DeviceBuffer, into: T): Promise<T> {
    const address = addressOf(buffer);
    if (into.length > 0) await this.context.download(into, address);
    return into;
  }
}
