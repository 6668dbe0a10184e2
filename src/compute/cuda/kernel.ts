import type { KernelOn } from '../kernel-table';
import type { FusedKernels } from '../fused/fused-kernels';
import type { Kernels } from '../kernels';
import type { CudaContext } from './context';
import type { CudaMemory } from './cuda-memory';

/** What kernels run on, and the memory that some need beside what they are given. */
export interface Place {
  readonly context: CudaContext;
  readonly memory: CudaMemory;
}

/** A kernel of the interface, as what enqueues it. */
export type Kernel<Name extends keyof Kernels> = KernelOn<Place, Name>;

export type FusedKernel<Name extends keyof FusedKernels> = KernelOn<Place, Name>;
