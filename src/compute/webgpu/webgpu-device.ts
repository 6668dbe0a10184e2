import { SftError } from '../../base/errors';
import type { Device } from '../device';
import { FusedRecorder } from '../fused/fused-recorder';
import { kernelsOn } from '../kernel-table';
import type { DeviceBuffer } from '../memory';
import { MemoryDevice } from '../memory-device';
import type { Recorder } from '../recorder';
import type { DeviceTraits } from '../traits';
import type { Gpu, GpuLimits } from './binding';
import { Commands } from './commands';
import { Recording } from './recording';
import { WEBGPU_KERNELS } from './webgpu-kernels';
import { outOfMemory, WebGpuMemory } from './webgpu-memory';

export const WEBGPU_TRAITS: DeviceTraits = {
  // A step of 1,600 tokens is one pass: it reads the weights once, and takes a quarter of the kernels that passes of 512 take.
  tokensPerPass: 2048,
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
export class WebGpuDevice extends MemoryDevice<WebGpuMemory> implements Device {
  readonly kind = 'webgpu';
  readonly traits: DeviceTraits;
  readonly description: string;
  readonly #commands: Commands;
  readonly #recordings = new WeakMap<Recorder, Recording>();

  constructor(
    private readonly gpu: Gpu,
    { description, limits, traits }: WebGpuOptions,
  ) {
    const all = { ...WEBGPU_TRAITS, ...traits };
    const commands = new Commands(gpu, limits.bindingBytes);
    super(new WebGpuMemory(gpu, commands, limits, all.transferBytes));
    this.traits = all;
    this.description = description;
    this.#commands = commands;
  }

  readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    return this.#checked(() => this.memory.readFloats(buffer));
  }

  readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    return this.#checked(() => this.memory.readBits(buffer));
  }

  readBytes(buffer: DeviceBuffer): Promise<Uint8Array> {
    return this.#checked(() => this.memory.readBytes(buffer));
  }

  sync(): Promise<void> {
    return this.#checked(() => this.gpu.done());
  }

  begin(): Recorder {
    const recording = new Recording(this.#commands, this.memory);
    const kernels = kernelsOn(WEBGPU_KERNELS, recording);
    const recorder = new FusedRecorder(kernels, kernels, this.traits);
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
    this.memory.sweep();
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
