import { getSystemErrorMap } from 'node:util';
import { SftError } from '../../base/errors';
import { checkFreed, checkRead, checkWritten, outOfHostMemory } from '../host-checks';
import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType, type HostArray, type WeightFile } from '../memory';
import type { CpuLibrary } from './bindings';
import { size } from '../shapes';
import { MappedWeights } from './mapped-weights';
import { Allocation, cpuBuffer, CpuBuffer, DTYPE_CODE } from './memory';

/** Native memory of one device: what it gave out, and what goes in and out of it. */
export class CpuMemory {
  readonly #library: CpuLibrary;
  readonly #files = new Set<MappedWeights>();
  #allocated = 0;
  #peak = 0;

  constructor(library: CpuLibrary) {
    this.#library = library;
  }

  get allocatedBytes(): number {
    return this.#allocated;
  }

  /** The largest value `allocatedBytes` ever had. */
  get peakAllocatedBytes(): number {
    return this.#peak;
  }

  /** @throws SftError out-of-memory */
  alloc(dtype: DType, length: number): CpuBuffer {
    const bytes = size('length', length) * BYTES_PER_ELEMENT[dtype];
    const address = this.#library.alloc(bytes);
    if (address === 0) throw outOfHostMemory(bytes);
    this.#allocated += bytes;
    this.#peak = Math.max(this.#peak, this.#allocated);
    return new CpuBuffer(new Allocation(this, address, bytes, `a buffer of ${length} ${dtype}`), 0, dtype, length);
  }

  /** @throws RangeError for a slice, a buffer of a file or of another device, or one that was freed */
  free(buffer: DeviceBuffer): void {
    const { allocation, address, length, dtype } = cpuBuffer(buffer);
    const whole = address === allocation.address && length * BYTES_PER_ELEMENT[dtype] === allocation.bytes;
    checkFreed(allocation.owner === this && whole);
    allocation.released = true;
    this.#allocated -= allocation.bytes;
    this.#library.free(allocation.address, allocation.bytes);
  }

  /** @throws SftError unreadable-file */
  openWeights(path: string): WeightFile {
    const bytes = new BigUint64Array(1);
    const error = new Int32Array(1);
    const address = this.#library.map(path, bytes, error);
    if (address === 0) {
      const [code, reason] = getSystemErrorMap().get(-error[0]!) ?? ['', `error ${error[0]!}`];
      throw new SftError('unreadable-file', code === 'EINVAL' ? 'the file is empty' : reason, {
        file: path,
        remedy: 'check the path and its permissions',
        exitCode: 2,
      });
    }
    const weights = new MappedWeights(this.#library, address, Number(bytes[0]!), path, () => {
      this.#files.delete(weights);
    });
    this.#files.add(weights);
    return weights;
  }

  /**
   * Whether what was computed so far was computed with the weights that were mapped.
   * @throws SftError weights-changed
   */
  checkFiles(): void {
    for (const file of this.#files) file.check();
  }

  advise(buffer: DeviceBuffer, use: 'soon' | 'done'): void {
    const { allocation, address, length, dtype } = cpuBuffer(buffer);
    if (!(allocation.owner instanceof MappedWeights) || length === 0) return;
    this.#library.mapAdvise(address, length * BYTES_PER_ELEMENT[dtype], use === 'soon' ? 1 : 0);
  }

  /** @throws RangeError where type or length differ */
  write(buffer: DeviceBuffer, data: HostArray): void {
    const target = cpuBuffer(buffer);
    checkWritten(target, data);
    const address = target.address;
    const code = DTYPE_CODE[target.dtype];
    if (data.length > 0) this.#library.write(address, code, data, code, data.length);
  }

  /** @throws RangeError for a buffer of integers */
  readFloats(buffer: DeviceBuffer): Float32Array {
    checkRead(buffer, 'f32', 'bf16', 'f16');
    return this.#read(buffer, new Float32Array(buffer.length), 'f32');
  }

  /** @throws RangeError unless the buffer is bf16 or f16 */
  readBits(buffer: DeviceBuffer): Uint16Array {
    checkRead(buffer, 'bf16', 'f16');
    return this.#read(buffer, new Uint16Array(buffer.length), buffer.dtype);
  }

  /** @throws RangeError unless the buffer is u8 */
  readBytes(buffer: DeviceBuffer): Uint8Array {
    checkRead(buffer, 'u8');
    return this.#read(buffer, new Uint8Array(buffer.length), 'u8');
  }

  /** The i32 values of a table that is worked through here. */
  readIntegers(buffer: DeviceBuffer): Int32Array {
    checkRead(buffer, 'i32');
    return this.#read(buffer, new Int32Array(buffer.length), 'i32');
  }

  #read<T extends HostArray>(buffer: DeviceBuffer, into: T, dtype: DType): T {
    const address = cpuBuffer(buffer).address;
    if (into.length > 0) this.#library.read(into, DTYPE_CODE[dtype], address, DTYPE_CODE[buffer.dtype], into.length);
    return into;
  }
}
