import { getSystemErrorMap } from 'node:util';
import { SftError } from '../../base/errors';
import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType, type HostArray, type WeightFile } from '../memory';
import type { CpuLibrary } from './bindings';
import { isFloat, size } from '../shapes';
import { MappedWeights } from './mapped-weights';
import { Allocation, cpuBuffer, CpuBuffer, DTYPE_CODE } from './memory';

const ARRAY_TYPES = {
  f32: Float32Array,
  i32: Int32Array,
  bf16: Uint16Array,
  f16: Uint16Array,
  u8: Uint8Array,
} as const;

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
    if (address === 0) {
      throw new SftError('out-of-memory', `the system has no ${Math.ceil(bytes / 2 ** 20)} MiB of memory left`, {
        remedy: 'lower per_device_batch_size or max_seq_length, or choose a smaller model',
      });
    }
    this.#allocated += bytes;
    this.#peak = Math.max(this.#peak, this.#allocated);
    return new CpuBuffer(new Allocation(this, address, bytes, `a buffer of ${length} ${dtype}`), 0, dtype, length);
  }

  /** @throws RangeError for a slice, a buffer of a file or of another device, or one that was freed */
  free(buffer: DeviceBuffer): void {
    const { allocation, address, length, dtype } = cpuBuffer(buffer);
    const whole = address === allocation.address && length * BYTES_PER_ELEMENT[dtype] === allocation.bytes;
    if (allocation.owner !== this || !whole) throw new RangeError('only a whole buffer from alloc can be freed');
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
    if (!(data instanceof ARRAY_TYPES[target.dtype]) || data.length !== target.length) {
      const given = `${data.length} elements of ${data.constructor.name}`;
      throw new RangeError(`${given} do not fit a buffer of ${target.length} ${target.dtype}`);
    }
    const address = target.address;
    const code = DTYPE_CODE[target.dtype];
    if (data.length > 0) this.#library.write(address, code, data, code, data.length);
  }

  /** @throws RangeError for a buffer of integers */
  readFloats(buffer: DeviceBuffer): Float32Array {
    if (!isFloat(buffer.dtype)) throw new RangeError(`the buffer holds ${buffer.dtype}, not floats`);
    return this.#read(buffer, new Float32Array(buffer.length), 'f32');
  }

  /** @throws RangeError unless the buffer is bf16 or f16 */
  readBits(buffer: DeviceBuffer): Uint16Array {
    if (buffer.dtype !== 'bf16' && buffer.dtype !== 'f16') throw new RangeError(`the buffer holds ${buffer.dtype}`);
    return this.#read(buffer, new Uint16Array(buffer.length), buffer.dtype);
  }

  /** @throws RangeError unless the buffer is u8 */
  readBytes(buffer: DeviceBuffer): Uint8Array {
    if (buffer.dtype !== 'u8') throw new RangeError(`the buffer holds ${buffer.dtype}, not u8`);
    return this.#read(buffer, new Uint8Array(buffer.length), 'u8');
  }

  /** The i32 values of a table that is worked through here. */
  readIntegers(buffer: DeviceBuffer): Int32Array {
    if (buffer.dtype !== 'i32') throw new RangeError(`the buffer holds ${buffer.dtype}, not i32`);
    return this.#read(buffer, new Int32Array(buffer.length), 'i32');
  }

  #read<T extends HostArray>(buffer: DeviceBuffer, into: T, dtype: DType): T {
    const address = cpuBuffer(buffer).address;
    if (into.length > 0) this.#library.read(into, DTYPE_CODE[dtype], address, DTYPE_CODE[buffer.dtype], into.length);
    return into;
  }
}
