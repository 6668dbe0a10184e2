import { ComposedRecorder } from '../composed/composed-recorder';
import type { Device } from '../device';
import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType, type WeightFile } from '../memory';
import type { Recorder } from '../recorder';
import type { DeviceTraits } from '../traits';
import type { Kernels } from '../kernels';
import { dryKernels } from './dry-kernels';

/** Large allocations live in pages of this size on Linux, where the system grants them. */
const HUGE_PAGE = 2 << 20;

/**
 * A device that computes nothing and holds nothing, and counts the memory that a device which does would use. The model's own passes run
 * on it in a moment, so that what it counts is what they take: memory is counted from the moment it is written to, as operating
 * systems give it, and a block that is handed out in slices as far as slices were handed out. What is read from it is zeros.
 *
 * It holds its callers to the contract that devices with a queue need: what was recorded is submitted before anything is read, and once.
 */
export class DryDevice implements Device {
  readonly kind = 'dry';
  readonly description = 'counts memory, computes nothing';
  /** The largest value `usedBytes` ever had. */
  peakBytes = 0;
  /** Bytes of weights that are read in place from their files. */
  mappedBytes = 0;
  /** Calls of the fine kernels, hand-overs of a recorder, and waits for the device. */
  kernels = 0;
  submissions = 0;
  readBacks = 0;
  readonly #allocations = new Set<DryAllocation>();
  readonly #open = new Set<Recorder>();
  readonly #kernels: Kernels;

  /** @param traits of the device that it stands for */
  constructor(readonly traits: DeviceTraits) {
    this.#kernels = dryKernels(() => {
      this.kernels += 1;
      this.#note();
    });
  }

  /** Bytes in use by what `alloc` gave out. */
  get usedBytes(): number {
    let bytes = 0;
    for (const allocation of this.#allocations) bytes += allocation.usedBytes;
    return bytes;
  }

  get allocatedBytes(): number {
    let bytes = 0;
    for (const { dtype, length } of this.#allocations) bytes += length * BYTES_PER_ELEMENT[dtype];
    return bytes;
  }

  alloc(dtype: DType, length: number): DeviceBuffer {
    const allocation = new DryAllocation(dtype, length);
    this.#allocations.add(allocation);
    return new DryBuffer(allocation, 0, length);
  }

  free(buffer: DeviceBuffer): void {
    this.#note();
    if (buffer instanceof DryBuffer) this.#allocations.delete(buffer.allocation);
  }

  openWeights(): WeightFile {
    let mapped = 0;
    return {
      buffer: (dtype, _offset, length) => {
        const bytes = length * BYTES_PER_ELEMENT[dtype];
        mapped += bytes;
        this.mappedBytes += bytes;
        return new DryBuffer(new DryAllocation(dtype, length), 0, length);
      },
      close: () => {
        this.mappedBytes -= mapped;
        mapped = 0;
      },
    };
  }

  advise(): void {
    // Nothing is read.
  }

  write(): void {
    this.#note();
  }

  readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    this.#wait();
    return Promise.resolve(new Float32Array(buffer.length));
  }

  readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    this.#wait();
    return Promise.resolve(new Uint16Array(buffer.length));
  }

  readBytes(buffer: DeviceBuffer): Promise<Uint8Array> {
    this.#wait();
    return Promise.resolve(new Uint8Array(buffer.length));
  }

  sync(): Promise<void> {
    this.#wait();
    return Promise.resolve();
  }

  begin(): Recorder {
    const recorder = new ComposedRecorder(this.#kernels, this.traits);
    this.#open.add(recorder);
    return recorder;
  }

  submit(recorder: Recorder): void {
    if (!this.#open.delete(recorder))
      throw new RangeError('the recorder was submitted before, or is of another device');
    this.submissions += 1;
  }

  #wait(): void {
    if (this.#open.size > 0) throw new RangeError('what was recorded is not submitted yet');
    this.readBacks += 1;
    this.#note();
  }

  #note(): void {
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes);
  }
}

class DryAllocation {
  /** Elements up to the end of the last slice; undefined before the first one. */
  slicedTo: number | undefined;

  constructor(
    readonly dtype: DType,
    readonly length: number,
  ) {}

  get usedBytes(): number {
    const width = BYTES_PER_ELEMENT[this.dtype];
    const [whole, used] = [this.length * width, (this.slicedTo ?? this.length) * width];
    return whole < HUGE_PAGE ? used : Math.min(whole, Math.ceil(used / HUGE_PAGE) * HUGE_PAGE);
  }
}

class DryBuffer implements DeviceBuffer {
  constructor(
    readonly allocation: DryAllocation,
    private readonly start: number,
    readonly length: number,
  ) {}

  get dtype(): DType {
    return this.allocation.dtype;
  }

  slice(offset: number, length: number): DryBuffer {
    const { allocation, start } = this;
    allocation.slicedTo = Math.max(allocation.slicedTo ?? 0, start + offset + length);
    return new DryBuffer(allocation, start + offset, length);
  }
}
