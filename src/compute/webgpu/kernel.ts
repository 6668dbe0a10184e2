import type { KernelOn } from '../kernel-table';
import type { FusedKernels } from '../fused/fused-kernels';
import type { Kernels } from '../kernels';
import type { Recording } from './recording';

/** A kernel of the interface, as what puts it on a recording. */
export type Kernel<Name extends keyof Kernels> = KernelOn<Recording, Name>;

export type FusedKernel<Name extends keyof FusedKernels> = KernelOn<Recording, Name>;
