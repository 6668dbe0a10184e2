import { SftError } from '../../base/errors';
import { HeldBuffer } from '../held-buffer';
import { checkRead, checkWritten } from '../host-checks';
import type { DeviceBuffer, HostArray } from '../memory';
import { OwnMemory } from '../own-memory';
import type { Gpu, GpuBuffer, GpuLimits } from './binding';
import type { Commands } from './commands';
import { copy } from './kernels/convert';
import { Recording } from './recording';
import { Allocation, paddedBytes, webGpuBuffer, type WebGpuBuffer } from './webgpu-buffer';

/** Memory of one device: what it gave out, and what goes in and out of it. */
export class WebGpuMemory extends OwnMemory<GpuBuffer, Allocation> {
  /** Buffers of what was freed while runs that use them are not submitted yet. */
  readonly #leaving: GpuBuffer[] = [];

  constructor(
    private readonly gpu: Gpu,
    private readonly commands: Commands,
    private readonly limits: GpuLimits,
    transferBytes: number,
  ) {
    super(transferBytes);
  }

  /** @throws RangeError where type or length differ */
  write(given: DeviceBuffer, data: HostArray): void {
    const buffer = webGpuBuffer(given);
    checkWritten(buffer, data);
    const { byteOffset, allocation } = buffer;
    const { held: gpuBuffer } = allocation;
    if (data.length === 0) return;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const whole = bytes.length % 4 === 0 ? bytes : padded(bytes);
    if (byteOffset % 4 === 0 && (whole === bytes || byteOffset + bytes.length === allocation.bytes)) {
      this.gpu.write(gpuBuffer, byteOffset, whole);
      return;
    }
    // WebGPU copies whole words: the neighbours in the first and the last one stay as they are.
    const beside = this.take('u8', bytes.length);
    this.gpu.write(beside.allocation.held, 0, whole);
    this.#copy(new HeldBuffer(allocation, byteOffset, 'u8', bytes.length), beside);
    this.release(beside.allocation);
  }

  /** @throws RangeError for a buffer of integers */
  async readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    checkRead(buffer, 'f32', 'bf16', 'f16');
    if (buffer.dtype === 'f32') return new Float32Array(await this.#read(buffer));
    const wide = this.take('f32', buffer.length);
    this.#copy(wide, buffer);
    try {
      return new Float32Array(await this.#read(wide));
    } finally {
      this.release(wide.allocation);
    }
  }

  /** @throws RangeError unless the buffer is bf16 or f16 */
  async readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    checkRead(buffer, 'bf16', 'f16');
    return new Uint16Array(await this.#read(buffer));
  }

  /** @throws RangeError unless the buffer is u8 */
  async readBytes(buffer: DeviceBuffer): Promise<Uint8Array> {
    checkRead(buffer, 'u8');
    return new Uint8Array(await this.#read(buffer));
  }

  create(bytes: number): GpuBuffer {
    const size = paddedBytes(bytes);
    if (size > this.limits.bufferBytes) {
      throw outOfMemory(
        `it has no buffer of ${mebibytes(size)} MiB: ${mebibytes(this.limits.bufferBytes)} is the most`,
      );
    }
    return this.gpu.createBuffer(size, 'storage');
  }

  allocation(owner: object, bytes: number, label: string, hold: () => GpuBuffer): Allocation {
    return new Allocation(owner, bytes, label, hold);
  }

  upload(buffer: GpuBuffer, offset: number, data: Uint8Array): void {
    this.gpu.write(buffer, offset, data);
  }

  drop(allocation: Allocation, buffer: GpuBuffer): void {
    this.commands.forget(allocation);
    this.#leaving.push(buffer);
    this.sweep();
  }

  /** Gives back what was freed, unless runs that are not handed over yet may use it. */
  sweep(): void {
    if (this.commands.waiting) return;
    for (const buffer of this.#leaving.splice(0)) this.gpu.destroyBuffer(buffer);
  }

  protected own(buffer: DeviceBuffer): WebGpuBuffer {
    return webGpuBuffer(buffer);
  }

  #copy(y: WebGpuBuffer, x: DeviceBuffer): void {
    const recording = new Recording(this.commands, this);
    copy(recording, y, x);
    recording.submit();
  }

  async #read(given: DeviceBuffer): Promise<ArrayBuffer> {
    const { allocation, byteOffset, bytes } = webGpuBuffer(given);
    const { held: gpuBuffer } = allocation;
    if (bytes === 0) return new ArrayBuffer(0);
    const from = Math.floor(byteOffset / 4) * 4;
    const upto = Math.ceil((byteOffset + bytes) / 4) * 4;
    const read = await this.gpu.read(gpuBuffer, from, upto - from);
    return read.slice(byteOffset - from, byteOffset - from + bytes);
  }
}

export function outOfMemory(reason: string): SftError {
  return new SftError('out-of-memory', `the graphics card does not have enough memory: ${reason}`, {
    remedy:
      'lower per_device_batch_size or max_seq_length, set load_in_4bit, or choose a smaller model or --device cpu',
  });
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
