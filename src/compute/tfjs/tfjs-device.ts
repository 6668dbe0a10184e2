import { ComposedRecorder } from '../composed/composed-recorder';
import type { Device } from '../device';
import { DirectDevice } from '../direct-device';
import { kernelsOn } from '../kernel-table';
import type { Kernels } from '../kernels';
import type { Recorder } from '../recorder';
import type { DeviceTraits } from '../traits';
import { HostMemory } from './host-memory';
import type { TensorFlow } from './tensorflow';
import { Tensors } from './tensors';
import { TFJS_KERNELS } from './tfjs-kernels';

export const TFJS_TRAITS: DeviceTraits = {
  tokensPerPass: 512,
  sharedTokens: 8,
  logitBytes: 16 << 20,
  fewRows: 16,
  sliceBytes: 64,
  blockBytes: 16 << 20,
  transferBytes: 8 << 20,
  tolerance: { product: 1e-5, attention: 1e-5 },
};

/** Floats of a tensor: a kernel has about ten at once, in the 4 GB that WebAssembly may have. */
const MOST_FLOATS = 4 << 20;

export interface TfjsOptions {
  /** For people: what computes. */
  readonly description: string;
  /** Other sizes than the usual ones. */
  readonly traits?: Partial<DeviceTraits>;
  readonly mostFloats?: number | undefined;
}

/** TensorFlow.js, by whichever of its packages. Memory is this process's, and kernels run as they are recorded. */
export class TfjsDevice extends DirectDevice<HostMemory> implements Device {
  readonly kind = 'tfjs';
  readonly traits: DeviceTraits;
  readonly description: string;
  readonly #kernels: Kernels;

  constructor(tf: TensorFlow, { description, traits, mostFloats = MOST_FLOATS }: TfjsOptions) {
    const all = { ...TFJS_TRAITS, ...traits };
    super(new HostMemory(all.transferBytes));
    tf.enableProdMode();
    this.traits = all;
    this.description = description;
    this.#kernels = kernelsOn(TFJS_KERNELS, new Tensors(tf, mostFloats));
  }

  begin(): Recorder {
    return new ComposedRecorder(this.#kernels, this.traits);
  }

  /** Kernels have run as they were recorded. */
  submit(_recorder: Recorder): void {
    // Nothing is left to be handed over.
  }
}
