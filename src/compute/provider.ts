import type { Device } from './device';
import type { DeviceTraits } from './traits';

/** What a run can ask of a device beyond fp32 and weights as they are on disk. */
export interface DeviceSupport {
  /** Types in which it computes. */
  readonly compute: readonly ('f32' | 'bf16' | 'f16')[];
  /** Forms in which it holds the weights of the base model. */
  readonly weights: readonly ('dense' | 'nf4')[];
  /** Optimizers whose state and update it has. */
  readonly optimizers: readonly ('adamw' | 'adamw_8bit')[];
}

/** Why a device cannot be opened, and what to do. */
export interface Unavailable {
  readonly code: string;
  readonly reason: string;
  readonly remedy?: string;
}

/** What is known of a device before it is opened; `sft devices --json` prints it. */
export interface DeviceListing {
  /** `cpu`, `cuda:0`: what --device and the configuration take; the kind alone means the first of its kind. */
  readonly id: string;
  readonly kind: string;
  /** For people: "AMD EPYC, AVX-512, 2 threads". */
  readonly name: string;
  /** Its memory is apart from the machine's. */
  readonly hasOwnMemory?: true;
  /** Bytes, where it has its own and its driver tells. */
  readonly memory?: { readonly free: number; readonly total: number };
  readonly driver?: string;
  readonly supports: DeviceSupport;
  readonly unavailable?: Unavailable;
  /** `auto` never takes it: a person names it. */
  readonly onRequest?: true;
}

/** A listed device with what passes on it need to know. */
export interface DeviceInfo extends DeviceListing {
  readonly traits: DeviceTraits;
}

export interface OpenOptions {
  /** Processor threads; one per physical core unless given. */
  readonly threads?: number;
  /** Computes in bf16 where that is one of its types: factors of large products are rounded, sums and what is kept are fp32. */
  readonly bf16?: boolean;
}

/** One kind of device. Listing opens nothing and throws nothing: a device that cannot run says why. */
export interface DeviceProvider {
  readonly kind: string;
  /**
   * @param closely where false, only what can be told without loading a driver: a device that is listed may be missing all the same
   */
  list(options: OpenOptions, closely: boolean): Promise<readonly DeviceInfo[]>;
  /** @param id as listed, closely @throws SftError what makes the device unavailable */
  open(id: string, options: OpenOptions): Promise<Device>;
}
