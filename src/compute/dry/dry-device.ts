import { BYTES_PER_ELEMENT, type Device, type DeviceBuffer, type DType, type WeightFile } from '../device';

/** Large allocations live in pages of this size on Linux, where the system grants them. */
const HUGE_PAGE = 2 << 20;

/**
 * A device that computes nothing and holds nothing, and counts the memory that a device which does would use. The model's own passes run
 * on it in a moment, so that what it counts is what they take: memory is counted from the moment it is written to, as operating
 * systems give it, and a block that is handed out in slices as far as slices were handed out. What is read from it is zeros.
 */
export class DryDevice implements Device {
  readonly kind = 'cpu';
  readonly description = 'counts memory, computes nothing';
  readonly fewRows = 0;
  /** The largest value `usedBytes` ever had. */
  peakBytes = 0;
  /** Bytes of weights that are read in place from their files. */
  mappedBytes = 0;
  readonly #allocations = new Set<DryAllocation>();

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
    return {
      buffer: (dtype, _offset, length) => {
        this.mappedBytes += length * BYTES_PER_ELEMENT[dtype];
        return new DryBuffer(new DryAllocation(dtype, length), 0, length);
      },
      close: () => undefined,
    };
  }

  readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    this.#note();
    return Promise.resolve(new Float32Array(buffer.length));
  }

  readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    this.#note();
    return Promise.resolve(new Uint16Array(buffer.length));
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  sumSquares(): Promise<number> {
    this.#note();
    return Promise.resolve(0);
  }

  readonly #note = (): void => {
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes);
  };

  readonly write = this.#note;
  readonly linear = this.#note;
  readonly linearBackwardInput = this.#note;
  readonly linearBackwardWeight = this.#note;
  readonly addBias = this.#note;
  readonly addBiasBackward = this.#note;
  readonly rmsNorm = this.#note;
  readonly rmsNormBackward = this.#note;
  readonly rope = this.#note;
  readonly attention = this.#note;
  readonly attentionBackward = this.#note;
  readonly swiglu = this.#note;
  readonly swigluBackward = this.#note;
  readonly add = this.#note;
  readonly copy = this.#note;
  readonly fill = this.#note;
  readonly dropout = this.#note;
  readonly gatherRows = this.#note;
  readonly scatterRows = this.#note;
  readonly crossEntropy = this.#note;
  readonly adamw = this.#note;
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
