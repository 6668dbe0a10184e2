import { SftError } from '../../base/errors';
import { ComposedRecorder } from '../composed/composed-recorder';
import type { Device } from '../device';
import type { DeviceBuffer, DType, HostArray, WeightFile } from '../memory';
import type { Recorder } from '../recorder';
import type { DeviceTraits } from '../traits';
import type { Gpu, GpuLimits } from './binding';
import { Commands } from './commands';
import { Recording } from './recording';
import { webGpuKernels } from './webgpu-kernels';
import { outOfMemory, WebGpuMemory } from './webgpu-memory';

export const WEBGPU_TRAITS: DeviceTraits = {
  tokensPerPass: 512,
  sharedTokens: 8,
  logitBytes: 64 << 20,
  // All products sum in one order, however many rows they have; so many answers are decoded together.
  fewRows: 16,
  sliceBytes: 256,
  blockBytes: 64 << 20,
  transferBytes: 8 << 20,
  tolerance: { product: 1e-5, attention: 1e-5 },
};

export interface WebGpuOptions {
  /** For people: the name of what computes. */
  readonly description: string;
  readonly limits: GpuLimits;
  /** Other sizes than the usual ones. */
  readonly traits?: Partial<DeviceTraits>;
}

/** A graphics card through WebGPU. Kernels run when their recorder is submitted, in the order of their calls. */
export class WebGpuDevice implements Device {
  readonly kind = 'webgpu';
  readonly traits: DeviceTraits;
  readonly description: string;
  readonly #commands: Commands;
  readonly #memory: WebGpuMemory;
  readonly #recordings = new WeakMap<Recorder, Recording>();

  constructor(
    private readonly gpu: Gpu,
    { description, limits, traits }: WebGpuOptions,
  ) {
    this.traits = { ...WEBGPU_TRAITS, ...traits };
    this.description = description;
    this.#commands = new Commands(gpu, limits.bindingBytes);
    this.#memory = new WebGpuMemory(gpu, this.#commands, limits, this.traits.transferBytes);
  }

  get allocatedBytes(): number {
    return this.#memory.allocatedBytes;
  }

  alloc(dtype: DType, length: number): DeviceBuffer {
    return this.#memory.alloc(dtype, length);
  }

  free(buffer: DeviceBuffer): void {
    this.#memory.free(buffer);
  }

  openWeights(path: string): WeightFile {
    return this.#memory.openWeights(path);
  }

  advise(buffer: DeviceBuffer, use: 'soon' | 'done'): void {
    this.#memory.advise(buffer, use);
  }

  write(buffer: DeviceBuffer, data: HostArray): void {
    this.#memory.write(buffer, data);
  }

  readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    return this.#checked(() => this.#memory.readFloats(buffer));
  }

  readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    return this.#checked(() => this.#memory.readBits(buffer));
  }

  readBytes(buffer: DeviceBuffer): Promise<Uint8Array> {
    return this.#checked(() => this.#memory.readBytes(buffer));
  }

  sync(): Promise<void> {
    return this.#checked(() => this.gpu.done());
  }

  begin(): Recorder {
    const recording = new Recording(this.#commands, this.#memory);
    const recorder = new ComposedRecorder(webGpuKernels(recording), this.traits);
    this.#recordings.set(recorder, recording);
    return recorder;
  }

  /** @throws SftError device-lost, out-of-memory, device-failed; RangeError where it was submitted before */
  submit(recorder: Recorder): void {
    const recording = this.#recordings.get(recorder);
    if (recording === undefined) throw new RangeError('the recorder was submitted before, or is of another device');
    this.#recordings.delete(recorder);
    this.#check();
    recording.submit();
    this.#memory.sweep();
  }

  /** What a wait gives, unless something went wrong until then: memory is then not what it should be. */
  async #checked<T>(wait: () => Promise<T>): Promise<T> {
    try {
      return await wait();
    } catch (error) {
      if (this.gpu.fault === undefined) throw error;
      throw this.#failure(this.gpu.fault);
    } finally {
      this.#check();
    }
  }

  #check(): void {
    if (this.gpu.fault !== undefined) throw this.#failure(this.gpu.fault);
  }

  #failure({ kind, message }: NonNullable<Gpu['fault']>): SftError {
    if (kind === 'out-of-memory') return outOfMemory(message);
    const lost = kind === 'lost';
    return new SftError(
      lost ? 'device-lost' : 'device-failed',
      `${this.description} ${lost ? 'was lost' : 'failed'}: ${message}`,
      { remedy: 'resume from the last checkpoint, or train with --device cpu; a newer graphics driver may help' },
    );
  }
}
