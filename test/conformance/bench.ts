import { writeBlocks, type BlockTable } from '../../src/compute/block-moments';
import type { Device } from '../../src/compute/device';
import type { DenseMatrix, DeviceBuffer, Nf4Matrix } from '../../src/compute/memory';
import { writeIndices, writeSequences, type Indices, type Sequences } from '../../src/compute/indices';
import { dynamicMap } from '../../src/compute/dynamic-map';
import { allocNf4 } from '../../src/compute/nf4';
import type { Recorder } from '../../src/compute/recorder';
import { encodeBf16, encodeF16 } from './half';

export type Numbers = ArrayLike<number>;

/** Buffers of one check on one device, given back together. */
export class Bench {
  readonly device: Device;
  readonly #buffers: DeviceBuffer[] = [];
  #recorder: Recorder | undefined;

  constructor(device: Device) {
    this.device = device;
  }

  floats(values: Numbers): DeviceBuffer {
    const buffer = this.#keep(this.device.alloc('f32', values.length));
    this.device.write(buffer, Float32Array.from(values));
    return buffer;
  }

  integers(values: Numbers): DeviceBuffer {
    const buffer = this.#keep(this.device.alloc('i32', values.length));
    this.device.write(buffer, Int32Array.from(values));
    return buffer;
  }

  bytes(values: Numbers): DeviceBuffer {
    const buffer = this.#keep(this.device.alloc('u8', values.length));
    this.device.write(buffer, Uint8Array.from(values));
    return buffer;
  }

  /** Rows of three: start, length, home. */
  blocks(rows: readonly (readonly [number, number, number])[]): BlockTable {
    const table = this.#keep(this.device.alloc('i32', 3 * rows.length));
    return writeBlocks(this.device, table, Int32Array.from(rows.flat()));
  }

  indices(values: Numbers): Indices {
    const buffer = this.#keep(this.device.alloc('i32', values.length));
    return writeIndices(this.device, buffer, Int32Array.from(values));
  }

  /** Where kernels go; what was recorded is submitted before anything is read. */
  get kernels(): Recorder {
    return (this.#recorder ??= this.device.begin());
  }

  /** `values` rounded to a storage type. */
  stored(dtype: 'f32' | 'bf16' | 'f16', values: Numbers): DeviceBuffer {
    if (dtype === 'f32') return this.floats(values);
    const buffer = this.#keep(this.device.alloc(dtype, values.length));
    this.device.write(buffer, Uint16Array.from(values, dtype === 'bf16' ? encodeBf16 : encodeF16));
    return buffer;
  }

  bits(dtype: 'bf16' | 'f16', values: Uint16Array): DeviceBuffer {
    const buffer = this.#keep(this.device.alloc(dtype, values.length));
    this.device.write(buffer, values);
    return buffer;
  }

  matrix(dtype: 'f32' | 'bf16' | 'f16', values: Numbers, rows: number, cols: number): DenseMatrix {
    return { kind: 'dense', data: this.stored(dtype, values), rows, cols };
  }

  /** `values` in 4 bits, with scales in fp32 or in 8 bits. */
  nf4(values: DeviceBuffer, rows: number, cols: number, nested = false): Nf4Matrix {
    const w = allocNf4(this.device, rows, cols, nested ? this.floats(dynamicMap(true)) : undefined);
    this.#keep(w.codes);
    this.#keep(w.scales.absmax);
    if (w.scales.kind === 'nested') {
      this.#keep(w.scales.codes);
      this.#keep(w.scales.offset);
    }
    this.kernels.quantizeNf4(w, values);
    return w;
  }

  /** Every element as the kernels read it. */
  async dequantized(w: Nf4Matrix): Promise<Float32Array> {
    const y = this.zeros(w.rows * w.cols);
    this.kernels.gatherRows(y, w, this.indices(Array.from({ length: w.rows }, (_, row) => row)), w.rows);
    return this.read(y);
  }

  zeros(length: number): DeviceBuffer {
    return this.#keep(this.device.alloc('f32', length));
  }

  sequences(rows: readonly (readonly [number, number, number, number])[]): Sequences {
    const table = this.#keep(this.device.alloc('i32', 4 * rows.length));
    return writeSequences(this.device, table, Int32Array.from(rows.flat()));
  }

  read(buffer: DeviceBuffer): Promise<Float32Array> {
    this.submit();
    return this.device.readFloats(buffer);
  }

  readBytes(buffer: DeviceBuffer): Promise<Uint8Array> {
    this.submit();
    return this.device.readBytes(buffer);
  }

  submit(): void {
    if (this.#recorder !== undefined) this.device.submit(this.#recorder);
    this.#recorder = undefined;
  }

  release(): void {
    for (const buffer of this.#buffers.splice(0)) this.device.free(buffer);
  }

  #keep(buffer: DeviceBuffer): DeviceBuffer {
    this.#buffers.push(buffer);
    return buffer;
  }
}

/** Runs a check with a bench of its own and gives its buffers back. */
export async function onBench<T>(device: Device, check: (bench: Bench) => Promise<T>): Promise<T> {
  const bench = new Bench(device);
  try {
    return await check(bench);
  } finally {
    bench.release();
  }
}
