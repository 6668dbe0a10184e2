import os from 'node:os';
import { SftError } from '../../base/errors';
import { ComposedRecorder } from '../composed/composed-recorder';
import type { Device } from '../device';
import { DirectDevice } from '../direct-device';
import type { Recorder } from '../recorder';
import { size } from '../shapes';
import type { DeviceTraits } from '../traits';
import type { CpuLibrary } from './bindings';
import { CpuKernels } from './cpu-kernels';
import { CpuMemory } from './cpu-memory';
import { cpuLibrary } from './library';

export const CPU_TRAITS: DeviceTraits = {
  // Measured with `npm run bench train`.
  tokensPerPass: 512,
  sharedTokens: 8,
  logitBytes: 64 << 20,
  // kDecodeRows of native/cpu/kernels/gemm.cpp: as many rows are multiplied by `multiply_dots`.
  fewRows: 16,
  sliceBytes: 64,
  blockBytes: 64 << 20,
  // Measured with `npm run bench export`: larger pieces leave the caches between two kernels.
  transferBytes: 2 << 20,
  tolerance: { product: 1e-5, attention: 1e-5 },
};

/** Sets of vector instructions, best first. */
export const INSTRUCTION_SETS = ['avx512', 'avx2', 'neon', 'baseline'] as const;
export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

const ISA_NAMES: Readonly<Record<InstructionSet, string>> = {
  avx512: 'AVX-512',
  avx2: 'AVX2',
  neon: 'NEON',
  baseline: 'baseline',
};

export interface CpuDeviceOptions {
  /** One per physical core unless given. */
  readonly threads?: number;
  /** The best this processor has unless given. */
  readonly isa?: InstructionSet;
  /** Other sizes than the ones that were measured to be best. */
  readonly traits?: Partial<DeviceTraits>;
}

/**
 * The CPU device: kernels of native/cpu on the library's own threads. Several may exist; they take turns.
 * @throws SftError native-library-missing, native-library-unusable, unsupported-instruction-set
 */
export function createCpuDevice(options: CpuDeviceOptions = {}): CpuDevice {
  return new CpuDevice(cpuLibrary(), options);
}

/** The settings that the library runs with: it has one table of kernels and one pool of threads for the whole process. */
let active: object | undefined;

export class CpuDevice extends DirectDevice<CpuMemory> implements Device {
  readonly kind = 'cpu';
  readonly traits: DeviceTraits;
  readonly description: string;
  readonly isa: InstructionSet;
  readonly threads: number;
  readonly #loaded: CpuLibrary;
  readonly #settings = {};
  readonly #kernels: CpuKernels;

  constructor(library: CpuLibrary, options: CpuDeviceOptions) {
    if (options.threads !== undefined) size('threads', options.threads, 1);
    if (library.init(options.isa ?? '', options.threads ?? 0) !== 0) {
      const names = options.isa === undefined ? '' : ISA_NAMES[options.isa];
      throw new SftError('unsupported-instruction-set', `this processor has no ${names}`, {
        remedy: 'leave out the instruction set: the best one is chosen',
        exitCode: 2,
      });
    }
    super(new CpuMemory(library));
    this.#loaded = library;
    this.#kernels = new CpuKernels(() => this.#library, this.memory);
    this.traits = { ...CPU_TRAITS, ...options.traits };
    this.isa = INSTRUCTION_SETS.find((name) => name === library.isa()) ?? 'baseline';
    this.threads = library.threads();
    const name = library.cpuName().trim() || (os.cpus()[0]?.model ?? 'CPU');
    this.description = `${name}, ${ISA_NAMES[this.isa]}, ${this.threads} ${this.threads === 1 ? 'thread' : 'threads'}`;
    active = this.#settings;
  }

  get #library(): CpuLibrary {
    if (active !== this.#settings) {
      this.#loaded.init(this.isa, this.threads);
      active = this.#settings;
    }
    return this.#loaded;
  }

  /** The largest value `allocatedBytes` ever had. */
  get peakAllocatedBytes(): number {
    return this.memory.peakAllocatedBytes;
  }

  begin(): Recorder {
    return new ComposedRecorder(this.#kernels, this.traits);
  }

  /** Kernels have run as they were recorded. @throws SftError weights-changed */
  submit(_recorder: Recorder): void {
    this.memory.checkFiles();
  }
}
