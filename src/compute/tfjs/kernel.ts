import type { KernelOn } from '../kernel-table';
import type { Kernels } from '../kernels';
import type { Tensors } from './tensors';

/** A kernel of the interface, as what runs it. */
export type Kernel<Name extends keyof Kernels> = KernelOn<Tensors, Name>;
