import type { Device } from '../device';
import { FusedRecorder } from '../fused/fused-recorder';
import { kernelsOn, type CardKernels } from '../kernel-table';
import type { DeviceBuffer } from '../memory';
import { MemoryDevice } from '../memory-device';
import type { Recorder } from '../recorder';
import type { DeviceTraits } from '../traits';
import type { CudaContext } from './context';
import { CUDA_KERNELS } from './cuda-kernels';
import { CudaMemory } from './cuda-memory';
import { ROWS_IN_FP32 } from './product';

export const CUDA_TRAITS: DeviceTraits = {
  tokensPerPass: 2048,
  sharedTokens: 8,
  logitBytes: 256 << 20,
  fewRows: ROWS_IN_FP32,
  sliceBytes: 256,
  blockBytes: 64 << 20,
  transferBytes: 8 << 20,
  tolerance: { product: 1e-5, attention: 1e-5 },
};

/** Of the sum of the sizes of what is summed: two factors, each rounded to 8 bits, by half of the last at most. */
const ROUNDED = 2 ** -8;

/** A graphics card of NVIDIA. Kernels are enqueued as they are recorded, and run in that order. */
export class CudaDevice extends MemoryDevice<CudaMemory> implements Device {
  readonly kind = 'cuda';
  readonly traits: DeviceTraits;
  readonly #context: CudaContext;
  readonly #kernels: CardKernels;

  constructor(
    context: CudaContext,
    readonly description: string,
    traits: Partial<DeviceTraits> = {},
  ) {
    const rounded = context.tensorCores === 'rounded' ? { tolerance: { product: ROUNDED, attention: ROUNDED } } : {};
    const all = { ...CUDA_TRAITS, ...rounded, ...traits };
    super(new CudaMemory(context, all.transferBytes));
    this.traits = all;
    this.#context = context;
    this.#kernels = kernelsOn(CUDA_KERNELS, { context, memory: this.memory });
  }

  async readFloats(buffer: DeviceBuffer): Promise<Float32Array> {
    if (buffer.dtype === 'f32') return this.memory.readFloats(buffer);
    return this.memory.withFloats(buffer, (wide) => {
      this.#kernels.copy(wide, buffer);
      return this.memory.readFloats(wide);
    });
  }

  readBits(buffer: DeviceBuffer): Promise<Uint16Array> {
    return this.memory.readBits(buffer);
  }

  readBytes(buffer: DeviceBuffer): Promise<Uint8Array> {
    return this.memory.readBytes(buffer);
  }

  sync(): Promise<void> {
    return this.#context.done();
  }

  begin(): Recorder {
    return new FusedRecorder(this.#kernels, this.#kernels, this.traits);
  }

  /** Kernels were enqueued as they were recorded. */
  submit(_recorder: Recorder): void {
    // Nothing is left to be handed over.
  }
}
